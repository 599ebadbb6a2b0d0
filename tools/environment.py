"""Make or complete `.venv` from the locks: `python3 tools/environment.py runtime|dev|bench`.

Only the standard library, and syntax that an old Python can read far enough to say it is too old.
A stamp is written when everything is installed and carries the hash of what it was installed from:
an interrupted run leaves no stamp, so the next one starts over where it must.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
OLDEST = (3, 11)

# What each set is installed from. The locks agree with each other, so a set contains "runtime".
LOCKS = {
    "runtime": "requirements.lock",
    "dev": "requirements-dev.lock",
    "bench": "requirements-bench.lock",
}


def main(arguments):
    if sys.version_info < OLDEST:
        found = "{}.{}".format(*sys.version_info)
        return complain(
            f"Serve Python 3.11 o più recente e questo è il {found}: installarne uno e ripetere "
            "con «make PYTHON=/percorso/di/python3.11 …».",
            f"Python 3.11 or newer is needed and this is {found}: install one and repeat with "
            "`make PYTHON=/path/to/python3.11 ...`.",
        )
    if len(arguments) != 1 or arguments[0] not in LOCKS:
        return complain(f"uso: environment.py {'|'.join(LOCKS)}", "usage: environment.py SET")
    with open(os.path.abspath(__file__)) as lock:
        # two makes at once take turns
        fcntl.flock(lock, fcntl.LOCK_EX)
        return ensure(arguments[0])


def ensure(name):
    """Install a set of packages and the project unless the stamps say that it is done."""
    wanted = digest(LOCKS[name])
    project = digest("pyproject.toml")
    if not usable():
        say("Creo l'ambiente .venv", "making .venv")
        if not create():
            return 1
    if stamp(name) != wanted:
        forget(name)
        forget("project")
        count = packages(LOCKS[name])
        say(
            f"Installo {count} pacchetti da {LOCKS[name]}",
            f"installing {count} packages",
        )
        if not pip("install", "--require-hashes", "--no-deps", "-r", LOCKS[name]):
            return 1
        write(name, wanted)
        write("runtime", digest(LOCKS["runtime"]))
    if stamp("project") != project:
        forget("project")
        if not pip("install", "--no-index", "--no-deps", "--no-build-isolation", "-e", "."):
            return 1
        write("project", project)
    return assets(name)


def assets(name):
    """What the pages are made of, from npm. Without it `make demo` works, except for the pages."""
    wanted = digest(os.path.join("tools", "assets.lock.json"))
    kind = "dev" if name == "dev" else "runtime"
    if stamp("assets") in (wanted + " dev", wanted + " " + kind):
        return 0
    forget("assets")
    say("Prendo stili, caratteri e programmi delle pagine", "fetching what the pages are made of")
    done = subprocess.run(
        [python(), os.path.join(ROOT, "tools", "assets.py"), kind], env=environment(), check=False
    )
    if done.returncode == 0:
        write("assets", wanted + " " + kind)
        return 0
    complain(
        "Le pagine resteranno senza stile: controllare la rete e ripetere.",
        "Pages will be without style: check the network and repeat.",
    )
    return 1 if kind == "dev" else 0


def create():
    """A fresh virtual environment in place of whatever is there."""
    shutil.rmtree(VENV, ignore_errors=True)
    made = subprocess.run(
        [sys.executable, "-m", "venv", VENV],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if made.returncode != 0:
        sys.stderr.write(made.stdout)
        shutil.rmtree(VENV, ignore_errors=True)
        complain(
            "Python non riesce a creare un ambiente virtuale: su Debian e Ubuntu manca di solito "
            "il pacchetto python3-venv.",
            "Python cannot make a virtual environment: on Debian and Ubuntu the package "
            "python3-venv is usually missing.",
        )
        return False
    write("python", version())
    return True


def usable():
    """Whether the environment was made whole, by this version of Python, and still runs."""
    if stamp("python") != version():
        return False
    try:
        return (
            subprocess.run(
                [python(), "-c", "import pip"],
                env=environment(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                check=False,
            ).returncode
            == 0
        )
    except OSError:
        return False


def pip(*arguments):
    """Run pip quietly; show what it said only if it failed."""
    done = subprocess.run(
        [python(), "-m", "pip", "--disable-pip-version-check", "--no-input", "-q", *arguments],
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode == 0:
        return True
    sys.stderr.write(done.stdout)
    complain(
        "L'installazione non è riuscita (il perché è qui sopra): controllare la rete e ripetere.",
        "The installation failed (the reason is above): check the network and repeat.",
    )
    return False


def environment():
    """Our environment without what would make another Python's packages visible."""
    hidden = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "PIP_TARGET", "PIP_PREFIX", "PIP_USER")
    return {name: value for name, value in os.environ.items() if name not in hidden}


def python():
    return os.path.join(VENV, "bin", "python")


def version():
    return f"{sys.version.split()[0]} {VENV}"


def digest(name):
    with open(os.path.join(ROOT, name), "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def packages(name):
    with open(os.path.join(ROOT, name)) as file:
        return sum(1 for line in file if line[:1].isalnum())


def path_of(name):
    return os.path.join(VENV, ".stamp-" + name)


def stamp(name):
    try:
        with open(path_of(name)) as file:
            return file.read()
    except OSError:
        return None


def write(name, text):
    with open(path_of(name) + ".new", "w") as file:
        file.write(text)
    os.replace(path_of(name) + ".new", path_of(name))


def forget(name):
    if os.path.exists(path_of(name)):
        os.unlink(path_of(name))


def say(italian, english):
    sys.stderr.write(f"· {italian}… ({english}…)\n")


def complain(italian, english):
    sys.stderr.write(f"{italian}\n{english}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
