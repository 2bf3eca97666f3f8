"""``up``, ``exec`` and ``demo``: run a sandbox in this process until a signal, or until a program has ended.

Source: design of the project (Commands).
"""

from __future__ import annotations

import asyncio
import gc
import os
import shutil
import signal
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from lgo_sandbox.cli.banner import show_banner
from lgo_sandbox.cli.errors import NOT_EXECUTABLE, NOT_FOUND, CommandError
from lgo_sandbox.cli.starting import StartOptions
from lgo_sandbox.control.ready import ready_document
from lgo_sandbox.pki import PkiError
from lgo_sandbox.run.assemble import READY_NAME, running
from lgo_sandbox.run.holding import StateTaken
from lgo_sandbox.run.launcher import Launcher, PortTaken, PublicBindRefused
from lgo_sandbox.run.ready import remove_ready_file, write_ready_file
from lgo_sandbox.settings import Settings
from lgo_sandbox.state.errors import StoreError, of_system
from lgo_sandbox.tenant.sessions import SessionError
from lgo_sandbox.wire.system import reason

__all__ = ["beside_python", "run_command", "up_until_stopped"]

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)
SETTLED_AFTER_SECONDS = 2.0
GC_RUNNING = (5_000, 20, 20)
KILLED = 128
"""What shells add to the number of the signal that ended a program."""

REFUSALS = (PortTaken, PublicBindRefused, StateTaken, SessionError, PkiError)


def up_until_stopped(options: StartOptions, settings: Settings) -> None:
    """Run until SIGINT or SIGTERM. Raises CommandError."""
    _run(lambda: _up(options, settings), settings.state)


def run_command(
    options: StartOptions, settings: Settings, command: Sequence[str], more: Mapping[str, str] | None = None
) -> int:
    """Run a program inside a sandbox and return its exit code. Raises CommandError."""
    return _run(lambda: _exec(options, settings, command, more or {}), settings.state)


def beside_python(program: str) -> str:
    """Return the program installed beside this interpreter, else its bare name for the search path."""
    return shutil.which(program, path=str(Path(sys.executable).parent)) or program


def _settle_soon() -> None:
    """Once started, set aside for the collector what stays, and let it come often enough to what comes and goes."""
    asyncio.get_running_loop().call_later(SETTLED_AFTER_SECONDS, _settle)


def _settle() -> None:
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GC_RUNNING)


async def _up(options: StartOptions, settings: Settings) -> int:
    stopped = asyncio.Event()
    _on_signals(lambda _signal: stopped.set())
    async with _started(options, settings) as (launcher, _ready):
        show_banner(launcher)
        _settle_soon()
        await stopped.wait()
    return 0


async def _exec(options: StartOptions, settings: Settings, command: Sequence[str], more: Mapping[str, str]) -> int:
    async with _started(options, settings) as (launcher, ready):
        _settle_soon()
        environment = os.environ | more | _exported(launcher, ready)
        try:
            process = await asyncio.create_subprocess_exec(*command, env=environment)
        except FileNotFoundError:
            raise CommandError(f"programme introuvable : {command[0]}", NOT_FOUND) from None
        except OSError as error:
            raise CommandError(f"{command[0]} ne peut pas être lancé : {reason(error)}", NOT_EXECUTABLE) from None
        _on_signals(lambda number: _forward(process, number))
        code = await process.wait()
    return code if code >= 0 else KILLED - code


@asynccontextmanager
async def _started(options: StartOptions, settings: Settings) -> AsyncIterator[tuple[Launcher, Path]]:
    async with running(settings, options.services) as launcher:
        ready = options.ready_file or settings.state / READY_NAME
        if options.ready_file:
            write_ready_file(ready, ready_document(launcher.sandbox, launcher.sandbox.addresses))
        try:
            yield launcher, ready.resolve()
        finally:
            remove_ready_file(ready, launcher.sandbox.addresses.control)


def _exported(launcher: Launcher, ready: Path) -> dict[str, str]:
    return {
        "LGO_SANDBOX_READY": str(ready),
        "LGO_SANDBOX_CONTROL": launcher.sandbox.addresses.control,
        "LGO_SANDBOX_CA": str(launcher.sandbox.pki.ca_bundle.resolve()),
    }


def _run(work: Callable[[], Any], state: Path) -> int:
    try:
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            return int(runner.run(work()))
    except StoreError as error:
        raise CommandError(error.at_start) from error
    except REFUSALS as error:
        raise CommandError(str(error)) from error
    except LookupError as error:
        if type(error) is not LookupError:
            raise  # a defect of ours, not an unknown service
        raise CommandError(str(error)) from error
    except OSError as error:
        what = str(error.filename or f"le dossier {state}")
        meant = of_system(error, what)
        raise CommandError(meant.at_start if meant else f"{what} : {reason(error)}") from error


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    if sys.platform == "win32":
        return None
    try:
        import uvloop
    except ImportError:
        return None
    factory: Callable[[], asyncio.AbstractEventLoop] = uvloop.new_event_loop
    return factory


def _on_signals(act: Callable[[int], None]) -> None:
    loop = asyncio.get_running_loop()
    for number in STOP_SIGNALS:
        try:
            loop.add_signal_handler(number, act, number)
        except NotImplementedError:  # Windows
            signal.signal(number, lambda received, _frame: loop.call_soon_threadsafe(act, received))


def _forward(process: asyncio.subprocess.Process, number: int) -> None:
    if number == signal.SIGINT and sys.stdin.isatty():
        return  # the terminal has sent it to the program already
    if process.returncode is None:
        process.send_signal(number)
