"""What `scripts/faults` does to a log behind the program's back, and who notices: entries edited, deleted and reordered, trees grown
anew over them by somebody who holds the database, and by somebody who holds the key besides, on a house that stands still and
beneath a server that runs.

Noticed means: the program says that the log was tampered with, or refuses to sign it. Any other failure is none. Where one entry
can be named as the first bad one, it has to be that one.
"""
import concurrent.futures
import contextlib
import copy
import hashlib
import json
import os
import re
import shutil
import sqlite3
import subprocess
import tempfile

TRIGGERS = ("ledger_entry_no_update", "ledger_entry_no_delete", "ledger_checkpoint_no_update", "ledger_checkpoint_no_delete",
            "ledger_personal_no_update")
COLUMNS = "leaf, kind, at, actor_id, person_id, report_id, grant_id, download_id, copy_id, closes"
# Whoever signs by this name has not refused the log; the program says so when it does.
REFUSES = "the log refuses to sign"


def open_log(house):
    """The database, past every rule of the program."""
    db = sqlite3.connect(os.path.join(house.data, "candor.sqlite"), isolation_level=None, timeout=20)
    db.execute("PRAGMA foreign_keys = OFF")
    db.execute("PRAGMA ignore_check_constraints = ON")
    return db


def disarm(db):
    for trigger in TRIGGERS:
        db.execute(f"DROP TRIGGER IF EXISTS {trigger}")


# ---- a tree grown anew (RFC 6962, and where docs/formats.md says that its nodes lie) --------------------------------

def grow(leaves):
    """What is stored with each entry, and the peaks of the head."""
    peaks, stored = [], []
    for number, leaf in enumerate(leaves):
        top = hashlib.sha256(b"\0" + leaf).digest()
        hashes = top
        while number & 1:
            top = hashlib.sha256(b"\1" + peaks.pop() + top).digest()
            hashes, number = hashes + top, number >> 1
        peaks.append(top)
        stored.append(hashes)
    return stored, b"".join(peaks)


def regrow(db, change, checkpoints=True):
    """Puts what `change` makes of the entries in their place, with hashes and peaks that fit, and every checkpoint that still
    can be kept, or none of them."""
    before = [list(row) for row in db.execute(f"SELECT {COLUMNS} FROM ledger_entry ORDER BY idx")]
    after = change([list(row) for row in before])
    kept = next((index for index, (old, new) in enumerate(zip(before, after)) if old != new), min(len(before), len(after)))
    stored, peaks = grow([row[0] for row in after])
    db.execute("DELETE FROM ledger_entry WHERE idx >= ?", (kept,))
    db.execute("DELETE FROM ledger_personal WHERE entry_idx >= ?", (kept,))
    if not checkpoints:
        db.execute("DELETE FROM ledger_checkpoint")
    for index in range(kept, len(after)):
        db.execute(f"INSERT INTO ledger_entry (idx, hashes, {COLUMNS}) VALUES (?, ?{', ?' * 10})", (index, stored[index], *after[index]))
    db.execute("UPDATE ledger_head SET size = ?, peaks = ?, last_at = ?", (len(after), peaks, after[-1][2]))


def rewritten(rows):
    """Entry 3 tells of something else that may have happened."""
    rows[3][0] = rows[3][0].replace(b'"replaced_links":1', b'"replaced_links":0')
    return rows


def deleted(rows):
    """Entry 3 was never there."""
    return rows[:3] + rows[4:]


def reordered(rows):
    """Entries 3 and 4 happened the other way round; time goes forwards."""
    first, second = rows[3], rows[4]
    times = [str(row[2]).encode() for row in (first, second)]
    first[0], second[0] = second[0].replace(times[1], times[0]), first[0].replace(times[0], times[1])
    return rows


def rolled_back(rows):
    """The last three never happened."""
    return rows[:-3]


def sql(text):
    """Statements as a change; each class has to change something."""
    def change(db):
        changed = sum(db.execute(one).rowcount for one in text.split(";") if one.strip())
        assert changed > 0, f"{text} changes nothing"
    return change


def size(house):
    with contextlib.closing(open_log(house)) as db:
        return db.execute("SELECT size FROM ledger_head").fetchone()[0]


def classes(entries):
    """Every way to tamper with a log of so many entries: name, change, and the first bad entry where there is one."""
    last, peak = entries - 1, (1 << (entries.bit_length() - 1)) - 1
    take = "DELETE FROM ledger_personal WHERE entry_idx {0}; DELETE FROM ledger_entry WHERE idx {0}".format
    of_entry = {
        "a leaf changed": (3, "UPDATE ledger_entry SET leaf = replace(leaf, '\"kind\":\"staff.link', '\"kind\":\"staff.lino') WHERE idx = 3"),
        "a leaf emptied": (2, "UPDATE ledger_entry SET leaf = x'01' WHERE idx = 2"),
        "a leaf of another entry": (2, "UPDATE ledger_entry SET leaf = (SELECT leaf FROM ledger_entry WHERE idx = 1) WHERE idx = 2"),
        "two leaves exchanged": (2, "CREATE TEMP TABLE t AS SELECT idx, leaf FROM ledger_entry WHERE idx IN (2, 3); UPDATE ledger_entry SET leaf = (SELECT leaf FROM t WHERE t.idx = 5 - ledger_entry.idx) WHERE idx IN (2, 3)"),
        "an entry deleted": (2, take("= 2")),
        "the first entry deleted": (0, take("= 0")),
        "the entry that holds a peak deleted": (peak, take(f"= {peak}")),
        "the last entry deleted": (last, take(f"= {last}")),
        "the last three deleted": (last - 2, take(f"> {last - 3}")),
        "an entry moved": (3, "UPDATE ledger_entry SET idx = idx + 1000 WHERE idx = 3"),
        "all moved by one": (0, "UPDATE ledger_entry SET idx = idx + 100000; UPDATE ledger_entry SET idx = idx - 99999"),
        "a hash changed": (3, "UPDATE ledger_entry SET hashes = zeroblob(length(hashes)) WHERE idx = 3"),
        "a hash cut short": (3, "UPDATE ledger_entry SET hashes = x'00' WHERE idx = 3"),
        "a kind changed": (3, "UPDATE ledger_entry SET kind = 'log.searched' WHERE idx = 3"),
        "a time changed": (3, "UPDATE ledger_entry SET at = at + 1 WHERE idx = 3"),
        "an actor changed": (3, "UPDATE ledger_entry SET person_id = zeroblob(16) WHERE idx = 3"),
        "an actor of three bytes": (3, "UPDATE ledger_entry SET person_id = x'010203' WHERE idx = 3"),
        "entries of a person taken away": (3, "UPDATE ledger_entry SET person_id = NULL WHERE idx = 3"),
    }
    of_log = {
        "the head moved back": "UPDATE ledger_head SET size = size - 1",
        "the head's peaks changed": "UPDATE ledger_head SET peaks = zeroblob(length(peaks))",
        "the head's peaks cut short": "UPDATE ledger_head SET peaks = x'0102'",
        "an entry added": "INSERT INTO ledger_entry SELECT max(idx) + 1, leaf, hashes, kind, at, actor_id, person_id, report_id, grant_id, download_id, copy_id, closes FROM ledger_entry",
        "a checkpoint changed": "UPDATE ledger_checkpoint SET note = replace(note, 'candor/', 'candar/')",
        "a checkpoint of more entries": "INSERT INTO ledger_checkpoint SELECT max(size) + 7, note FROM ledger_checkpoint",
        "the whole log emptied": "DELETE FROM ledger_personal; DELETE FROM ledger_entry; DELETE FROM ledger_checkpoint; UPDATE ledger_head SET size = 0, peaks = x''",
    }
    for name, (index, text) in of_entry.items():
        yield name, sql(text), index
    for name, text in of_log.items():
        yield name, sql(text), None
    for change in (rewritten, deleted, reordered):
        # The checkpoints in the database still say what was signed, up to the entry.
        yield f"{change.__name__}, tree regrown", lambda db, change=change: regrow(db, change), 3
        yield f"{change.__name__}, regrown, no checkpoints", lambda db, change=change: regrow(db, change, checkpoints=False), None
    yield "rolled back, tree regrown", lambda db: regrow(db, rolled_back), None


# ---- who notices --------------------------------------------------------------------------------------------------

def ask(program, *words):
    return subprocess.run([program, *words], capture_output=True, text=True)


def found(house, checkpoint=None):
    """What the program finds, offline and where the log lies: whether it was tampered with, and the entries it names."""
    noticed, named = False, set()
    with tempfile.TemporaryDirectory(dir=house.folder) as out:
        export, backup, restored = (os.path.join(out, name) for name in ("export", "backup.tar", "restored"))
        written = house.run("ledger", "export", "--out", export)
        noticed |= written.returncode != 0 and REFUSES in written.stderr
        if written.returncode == 0:
            words = ["ledger", "verify", export, "--json"] + (["--checkpoint", checkpoint] if checkpoint else [])
            verdict = ask(house.program, *words)
            noticed |= verdict.returncode == 1
            index = json.loads(verdict.stdout).get("index") if verdict.returncode == 1 else None
            named |= {index} - {None}
        house.run("backup", backup)
        shutil.copy(house.data + ".keyring", restored + ".keyring")
        words = ["restore", backup, "--data", restored, "--verify"]
        verdict = ask(house.program, *words)
        noticed |= verdict.returncode == 1 and "the restored log is broken" in verdict.stderr
        named |= {int(index) for index in re.findall("is broken from entry ([0-9]+) on", verdict.stderr)}
    return noticed, named


def hurt(house, change, checkpoint, anchored=True):
    """Changes the log of a copy of a house that stands still, and asks who notices. Without `anchored` the anchor file is gone,
    and the database does not know that there was one."""
    with tempfile.TemporaryDirectory(dir=house.folder) as folder:
        victim = copy.copy(house)
        victim.folder, victim.data = folder, os.path.join(folder, "house")
        shutil.copytree(house.data, victim.data)
        shutil.copy(house.data + ".keyring", victim.data + ".keyring")
        if anchored and os.path.exists(house.data + ".anchor"):
            shutil.copy(house.data + ".anchor", victim.data + ".anchor")
        with contextlib.closing(open_log(victim)) as db:
            disarm(db)
            change(db)
            if not anchored:
                db.execute("DELETE FROM ledger_anchor")
        return found(victim, checkpoint)


def each(work, tasks):
    """Does the work for each task, as many at once as there are processors."""
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(work, tasks))


def tamper(house, checkpoint):
    """Tries every class on a house that stands still; how many were tried, and what went unnoticed, in words."""
    tasks, unnoticed = list(classes(size(house))), []
    for (name, _, index), (noticed, named) in zip(tasks, each(lambda task: hurt(house, task[1], checkpoint), tasks)):
        if not noticed:
            unnoticed.append(name)
        # Less exact is not wrong: the check of a checkpoint names the first entry that it covers.
        elif index is not None and max(named, default=None) != index:
            unnoticed.append(f"{name}: the first bad entry is {index}, and {sorted(named) or 'none'} was named")
    return len(tasks), unnoticed


def with_the_key(house, checkpoint):
    """Whoever holds database, key and anchor file grows the tree anew and has it signed: only a checkpoint from outside tells."""
    grown = lambda change: lambda db: regrow(db, change, checkpoints=False)
    changes = (rewritten, deleted, reordered, rolled_back)
    unnoticed = [f"{change.__name__} and signed anew" for change, (noticed, _) in
                 zip(changes, each(lambda change: hurt(house, grown(change), checkpoint, anchored=False), changes)) if not noticed]
    # The control: without the checkpoint from outside nothing is wrong with it, so that nothing else gave it away.
    alone = each(lambda change: hurt(house, grown(change), None, anchored=False), changes)
    assert not any(noticed for noticed, _ in alone), "a tree was not grown well"
    return len(changes), unnoticed


def under_a_server(make, checkpoint_of):
    """The log is changed beneath a running server, with a tree that fits: it must not sign one more entry on top.

    `make` gives a house, its server, and an act that answers a status."""
    unnoticed = []
    for change in (rewritten, rolled_back):
        house, served, act = make(change.__name__)
        # Entries enough to take some back.
        assert all(act() == 200 for _ in range(5)), "an act was refused before anything was done"
        checkpoint = checkpoint_of(house)
        with contextlib.closing(open_log(house)) as db:
            db.execute("BEGIN IMMEDIATE")
            disarm(db)
            regrow(db, change)
            db.execute("COMMIT")
        if any(act() == 200 for _ in range(3)):
            unnoticed.append(f"{change.__name__} beneath a running server, which went on")
        served.stop()
        if not found(house, checkpoint)[0]:
            unnoticed.append(f"{change.__name__} beneath a running server, afterwards")
    return 2, unnoticed
