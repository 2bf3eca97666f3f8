#!/usr/bin/env bash
# A CI step: start a sandbox, run the tests inside it, keep the report, fail when the tests fail.
# Everything ends with the step: no service to start, no port to reserve, no container.
#
#   examples/ci/pipeline.sh [pytest arguments…]        e.g. examples/ci/pipeline.sh my_tests
set -euo pipefail
tests=("${@:-examples/test_with_pytest.py}")

run='pytest -p no:cacheprovider --junitxml=tests.xml "$@"; code=$?
lgo-sandbox report --format junit --output requirements.xml
lgo-sandbox report --format html --output requirements.html
exit "$code"'

lgo-sandbox exec --port-base 0 -- bash -c "$run" pipeline "${tests[@]}"
