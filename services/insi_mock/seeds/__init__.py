"""Who INSi knows at the start, and the known identities with which a tester triggers each situation.

See each module for its source.
"""

from insi_mock.seeds.households import CARDS, RELATIVES, VERIFIED_KO
from insi_mock.seeds.magic import MAGIC, Magic
from insi_mock.seeds.people import OUTAGES, Reference, as_live, reference

__all__ = ["CARDS", "MAGIC", "OUTAGES", "RELATIVES", "VERIFIED_KO", "Magic", "Reference", "as_live", "reference"]
