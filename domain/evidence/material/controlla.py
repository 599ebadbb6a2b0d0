"""Controlla un fascicolo di prova di Cantiere. Basta Python 3.9 o successivo: nessuna libreria.

    python3 controlla.py [CARTELLA] [--chiave 'nome+id+base64']

Scritto dalle norme pubbliche, non dal programma: RFC 6962 (albero di Merkle), RFC 8032 (Ed25519),
C2SP signed-note, tlog-checkpoint e tlog-proof. Ogni riga dice che cosa è stato controllato; la
prima che non torna è nominata con il suo file, e il programma finisce con 1.
"""

import argparse
import base64
import hashlib
import json
import pathlib
import struct
import sys

FAULTS: "list[str]" = []
READING = ["fascicolo"]


def check(good, name, what):
    if not good:
        FAULTS.append(name)
        print(f"✗ {name}: {what}")
    return good


# Ed25519, RFC 8032 § 5.1: points are (x, y), the curve is -x² + y² = 1 + D·x²·y².
P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P


def add(a, b):
    (x1, y1, z1, t1), (x2, y2, z2, t2) = a, b
    e, f = (y1 - x1) * (y2 - x2) % P, (y1 + x1) * (y2 + x2) % P
    g, h = 2 * t1 * t2 * D % P, 2 * z1 * z2 % P
    e, f, g, h = f - e, h - g, h + g, f + e
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(point, number):
    result = (0, 1, 1, 0)
    while number:
        if number & 1:
            result = add(result, point)
        point, number = add(point, point), number >> 1
    return result


def decoded(data):
    y = int.from_bytes(data, "little")
    odd, y = y >> 255, y & (2**255 - 1)
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if y >= P or (x * x - square) % P or (x == 0 and odd):
        raise ValueError("not a point")
    x = P - x if x & 1 != odd else x
    return x, y, 1, x * y % P


BASE = decoded((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def signed(key, message, signature):
    try:
        point, r, s = (
            decoded(key),
            decoded(signature[:32]),
            int.from_bytes(signature[32:], "little"),
        )
    except ValueError:
        return False
    k = hashlib.sha512(signature[:32] + key + message).digest()
    left, right = times(BASE, s), add(r, times(point, int.from_bytes(k, "little") % L))
    same = (left[0] * right[2] - right[0] * left[2], left[1] * right[2] - right[1] * left[2])
    return len(signature) == 64 and s < L and not any(value % P for value in same)


def parse_key(written):
    """A verifier key, `name+id+base64` (signed-note): name, id, 32 bytes."""
    name, number, encoded = written.strip().split("+", 2)
    raw = base64.b64decode(encoded)
    wanted = hashlib.sha256(name.encode() + b"\n" + raw).digest()[:4]
    if raw[:1] != b"\x01" or len(raw) != 33 or wanted.hex() != number:
        raise ValueError("not an Ed25519 verifier key")
    return name, wanted, raw[1:]


def read_note(folder, name, keys):
    """The text of a signed note that one of the keys has signed; None where none has."""
    READING[0] = name
    text, _, lines = (folder / name).read_text(encoding="utf-8").rpartition("\n\n")
    text += "\n"
    good = False
    for line in lines.splitlines():
        _, signer, encoded = line.split(" ")
        value = base64.b64decode(encoded)
        for known, number, key in keys:
            if (known, number) == (signer, value[:4]):
                good = signed(key, text.encode(), value[4:])
    return text if check(good, name, "nessuna chiave data l'ha firmato così") else None


# The tree, RFC 6962 § 2.1.
def leaf(entry):
    return hashlib.sha256(b"\0" + entry).digest()


def included(hash_, index, size, path, root):
    first, last = index, size - 1
    for node in path:
        if last == 0:
            return False
        if first & 1 or first == last:
            hash_ = hashlib.sha256(b"\1" + node + hash_).digest()
            while not first & 1 and first:
                first, last = first >> 1, last >> 1
        else:
            hash_ = hashlib.sha256(b"\1" + hash_ + node).digest()
        first, last = first >> 1, last >> 1
    return last == 0 and hash_ == root


def read_entry(entry):
    """What was hashed of an event: previous hash, originator, version, position, topic, state."""
    version, position, length = struct.unpack(">qqI", entry[49:69])
    topic, state = entry[69 : 69 + length].decode(), entry[69 + length :]
    return entry[1:33], entry[33:49].hex(), version, position, topic, state


def check_event(folder, path, seal, size, root, last):
    name = READING[0] = path.relative_to(folder).as_posix()
    entry = path.read_bytes()
    previous, originator, version, position, topic, state = read_entry(entry)
    before, after = last.get(originator, (0, bytes(32)))
    check(entry[:1] == b"\1" and int(path.stem) == position, name, "non è l'evento che dice")
    check(version == before + 1, name, f"è il numero {version} dopo il {before}: manca qualcosa")
    check(previous == after, name, "la catena con l'evento precedente è interrotta")
    last[originator] = version, leaf(entry)
    proof = path.with_suffix(".tlog-proof")
    READING[0] = proof.relative_to(folder).as_posix()
    head, _, note = proof.read_text(encoding="utf-8").partition("\n\n")
    lines = head.split("\n")
    hashes = [base64.b64decode(line) for line in lines[2:]]
    good = lines[0] == "c2sp.org/tlog-proof@v1" and lines[1] == f"index {position - 1}"
    good = good and note == seal and included(leaf(entry), position - 1, size, hashes, root)
    check(good, READING[0], "non prova che l'evento è nel registro")
    return position, originator, version, topic, json.loads(state), leaf(entry).hex()


def check_texts(folder, events):
    """The protocol texts are those that the case's events pin by their digest."""
    for event in events:
        digest = event[4]["body"].get("digest") if event[3].startswith("case.") else None
        if digest:
            name = READING[0] = f"protocolli/{digest}"
            texts = [p.read_bytes() for p in sorted((folder / name).glob("*.yaml"))]
            each = [hashlib.sha256(text).hexdigest() for text in texts]
            found = (
                each[0] if len(each) == 1 else hashlib.sha256("\n".join(each).encode()).hexdigest()
            )
            check(found == digest, name, f"non è il testo fissato dall'evento {event[0]}")


def check_attachments(folder, events):
    """What was attached is what an event names by its hash, sealed as it is kept."""
    named = {state["body"].get("sha256") for _, _, _, _, state, _ in events}
    for path in sorted((folder / "allegati").glob("*.sigillato")):
        name = READING[0] = path.relative_to(folder).as_posix()
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        check(digest == path.stem and digest in named, name, "nessun evento nomina questo allegato")


def check_transcript(folder, events):
    """The readable transcript tells the same events; what it says beyond that, the bytes prove."""
    READING[0] = "eventi.json"
    told = json.loads((folder / "eventi.json").read_text(encoding="utf-8"))
    lines = [(e["position"], e["version"], e["kind"], e["at"], e["hash"]) for e in told["events"]]
    wanted = [(p, v, topic, state["at"], hash_) for p, _, v, topic, state, hash_ in events]
    check(sorted(lines) == wanted, "eventi.json", "non trascrive gli stessi eventi")


def main():
    parser = argparse.ArgumentParser(description="Controlla un fascicolo di prova.")
    parser.add_argument("cartella", nargs="?", default=pathlib.Path(__file__).parent)
    parser.add_argument("--chiave", action="append", help="chiave pubblica avuta per altra via")
    given = parser.parse_args()
    folder = pathlib.Path(given.cartella)
    READING[0] = "chiavi.txt"
    written = given.chiave or (folder / "chiavi.txt").read_text(encoding="utf-8").splitlines()
    keys = [parse_key(line) for line in written]
    if not given.chiave:
        print("! Le chiavi vengono dal fascicolo stesso: confrontarle con quelle pubblicate.")
    manifest = read_note(folder, "manifesto.txt", keys) or ""
    listed = dict(line.split("  ")[::-1] for line in manifest.split("\n")[2:] if line)
    there = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    for name in sorted((there - {"manifesto.txt"}) | set(listed)):
        digest = hashlib.sha256((folder / name).read_bytes()).hexdigest() if name in there else ""
        check(listed.get(name) == digest, name, "manca, è di troppo o è stato cambiato")
    if FAULTS:
        return
    print(f"✓ manifesto.txt: firmato; {len(listed)} file sono come il manifesto li elenca")
    seal = (folder / "sigillo.txt").read_text(encoding="utf-8")
    lines = (read_note(folder, "sigillo.txt", keys) or "\n0\n\n").split("\n")
    size, root = int(lines[1]), base64.b64decode(lines[2])
    print(f"✓ sigillo.txt: {lines[0]}, {size} eventi, radice {root.hex()}")
    last: dict[str, tuple[int, bytes]] = {}
    paths = sorted((folder / "eventi").glob("*.bin"))
    events = [check_event(folder, path, seal, size, root, last) for path in paths]
    check(
        any(e[3] == "case.case-opened" and e[2] == 1 for e in events), "eventi", "manca l'apertura"
    )
    print(f"✓ eventi: {len(events)} controllati, catene di {len(last)} fascicoli")
    check_texts(folder, events)
    check_attachments(folder, events)
    check_transcript(folder, events)


if __name__ == "__main__":
    try:
        main()
    except (OSError, ValueError, KeyError, IndexError, struct.error) as error:
        check(False, READING[0], f"non si legge ({error})")
    print("NON È INTEGRO: " + ", ".join(sorted(set(FAULTS))) if FAULTS else "È INTEGRO.")
    sys.exit(bool(FAULTS))
