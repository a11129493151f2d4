"""The story that `scripts/faults` breaks off: somebody asks for a report, is admitted, reads and takes a copy away, and security
looks. It is told to `candor demo` over HTTP, as browsers tell it; each step is kept with what the log must say of it.

What was answered was done: if a step was acknowledged, its entry is there, whatever ended the server afterwards. And the
other way round: no byte of a copy came before its start was in the log.
"""
import collections
import html
import http.client
import http.cookies
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import threading
import time
import urllib.parse

# The calls that make bytes durable.
FLUSHES = "fsync,fdatasync"
# Steps in their order, each with the kind of entry that an acknowledged one has left.
STEPS = {
    "asks": "request.submitted",
    "confirms": "code.confirmed",
    "accepts": "nda.accepted",
    "is approved": "request.approved",
    "reads": "report.viewed",
    "takes a copy": "download.started",
    "is looked up": "log.searched",
    "is revoked": "grant.revoked",
}
# Rows that only an act makes, and the entries of that act.
ROWS = {
    "access_request": ("request.submitted",),
    "nda_acceptance": ("nda.accepted",),
    "report_grant": ("grant.created",),
    "download": ("download.started",),
    "download_end": ("download.completed", "download.aborted", "download.outcome_unknown"),
    "staff_link": ("staff.link_issued",),
}


class Gone(Exception):
    """The server does not answer any more."""


class Refused(Exception):
    """The server says that it cannot keep what was asked for: nothing was done."""


def expect(wanted, status, what):
    """Goes on when a step was answered as it should be."""
    if status == 503:
        raise Refused(what)
    assert status == wanted, f"{what} was answered {status}"


class Browser:
    """Somebody at a browser of their own."""

    def __init__(self, address):
        self.address, self.cookies = address, http.cookies.SimpleCookie()

    def again(self):
        """The same person in one more window."""
        other = Browser(self.address)
        other.cookies.load(self.cookies.output(header="", sep=";", attrs=[]))
        return other

    def ask(self, method, path, fields=None):
        """Status, headers and body of one request."""
        body = urllib.parse.urlencode(fields) if fields is not None else None
        headers = {"Host": self.address, "Origin": f"http://{self.address}", "Sec-Fetch-Site": "same-origin",
                   "Cookie": "; ".join(f"{one.key}={one.value}" for one in self.cookies.values())}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        received = b""
        try:
            connection = http.client.HTTPConnection(self.address, timeout=30)
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            while piece := answer.read1(65536):
                received += piece
        except (OSError, http.client.HTTPException) as error:
            raise Gone(received) from error
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                self.cookies.load(value)
        if answer.length:
            raise Gone(received)
        return answer.status, answer.headers, received

    def page(self, path):
        """The text of a page, or of the one it leads to."""
        for _ in range(5):
            status, headers, body = self.ask("GET", path)
            if status not in (302, 303):
                expect(status, status, path)
                return body.decode(errors="replace")
            path = headers["Location"]
        raise AssertionError(f"{path} leads in a circle")

    def send(self, page, action, **fields):
        """Sends the form of a page whose action begins so, filled in as it came but for `fields`; status, headers and body of the answer."""
        form = next(found for found in re.findall(r"<form.*?</form>", page, re.S)
                    if html.unescape(re.search(r'action="([^"]*)"', found).group(1)).startswith(action))
        filled = {}
        for tag in re.findall(r"<input[^>]*>", form):
            of = {name: html.unescape(value) for name, value in re.findall(r'([a-z-]+)="([^"]*)"', tag)}
            if "name" in of and (of.get("type") not in ("checkbox", "radio") or re.search(r"\schecked\b", tag)):
                filled[of["name"]] = of.get("value", "")
        return self.ask("POST", html.unescape(re.search(r'action="([^"]*)"', form).group(1)), {**filled, **fields})


class Demo:
    """A furnished trust center that runs, perhaps under a wrapper that will end it."""

    def __init__(self, program, data, wrap=()):
        self.child = subprocess.Popen([*wrap, program, "demo", "--data", data, "--listen", "127.0.0.1:0"],
                                      stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True)
        self.address, self.links = None, {}
        for line in self.child.stdout:
            if found := re.search(r"company is at http://(\S+)", line):
                self.address = found.group(1)
            if found := re.match(r"(\w+): http://[^/]+(/staff/sign-in/\S+)", line):
                self.links.setdefault(found.group(1), found.group(2))
            if line.startswith("Stop with Ctrl-C"):
                break
        self.answered = self.address is not None and self.answers()

    def answers(self):
        """Whether the front page comes, once the server has begun to serve."""
        try:
            return Browser(self.address).ask("GET", "/")[0] == 200
        except Gone:
            return False

    def is_up(self):
        return self.answered and self.child.poll() is None

    def staff(self, role):
        """A browser in which somebody of this role has signed in."""
        browser = Browser(self.address)
        status, _, _ = browser.send(browser.page(self.links[role]), "/staff/sign-in")
        expect(303, status, f"{role} signing in")
        return browser

    def kill(self):
        """As the power goes: whatever runs is gone at once."""
        if self.child.poll() is None:
            os.killpg(self.child.pid, signal.SIGKILL)
        self.child.wait()
        self.child.stdout.close()

    def stop(self):
        self.child.send_signal(signal.SIGINT)
        self.child.wait(60)
        self.child.stdout.close()


def gain(demo, number, done):
    """Somebody asks, confirms, accepts and is approved: their browser, their room, and the browser of sales."""
    address = f"reader{number}@meridian-bank.example"
    reader = Browser(demo.address)
    page = reader.page("/request")
    item = re.search(r'name="items" value="([^"]*)"', page[page.index("Payables Cloud") - 400:]).group(1)
    status, headers, _ = reader.send(page, "/request", items=item, name="Ada Reader", email=address,
                                     organisation="Meridian Bank", relation="prospect", reason="")
    expect(303, status, "a request")
    done.append("asks")
    page, code, until = reader.page(headers["Location"]), None, time.monotonic() + 20
    while not code:
        letter = next((part for part in Browser(demo.address).page("/demo/letters").split("<tr>")
                       if address in html.unescape(part)), "")
        code = re.search(r": ([0-9A-Z]{4}-[0-9A-Z]{4})<", letter)
        assert code or time.monotonic() < until, "no letter came"
    status, _, _ = reader.send(page, "/confirm", code=code.group(1))
    expect(303, status, "a code")
    done.append("confirms")
    status, _, _ = reader.send(reader.page("/nda"), "/nda", read="yes", authorised="yes", name="Ada Reader", title="Head of risk")
    expect(303, status, "an acceptance")
    done.append("accepts")
    sales = demo.staff("sales")
    request = about(sales, "/sales", "/sales/requests/", address)
    status, _, _ = sales.send(sales.page(request), request + "/approve", downloads="100")
    expect(303, status, "an approval")
    done.append("is approved")
    return reader, re.search(r'href="(/reports/[^"/#?]+)"', reader.page("/access")).group(1), sales


def about(staff, listed, begins, address):
    """The link of a list that begins so and leads to a page about this address."""
    links = dict.fromkeys(re.findall(rf'href="({begins}[^"#?]+)"', staff.page(listed)))
    return next(link for link in links if address in html.unescape(staff.page(link)))


def take_copy(reader, room, received):
    """Takes a copy from the room; whatever came of it is kept. None when the grant allows no more."""
    page = reader.page(room)
    if f'action="{room}/copy"' not in page:
        return None
    try:
        status, _, body = reader.send(page, room + "/copy")
    except Gone as gone:
        received.append(gone.args[0])
        raise
    if status == 200:
        received.append(body)
    return status


def tell(demo, number, done, received):
    """Tells the story once. Every step that was acknowledged goes into `done`, every byte of a copy into `received`."""
    reader, room, sales = gain(demo, number, done)
    reader.page(room)
    done.append("reads")
    status = take_copy(reader, room, received)
    expect(200, status, "a copy")
    done.append("takes a copy")
    security = demo.staff("security")
    security.page("/security/entries/0")
    done.append("is looked up")
    grant = about(sales, "/sales/grants", "/sales/grants/", f"reader{number}@meridian-bank.example")
    status, _, _ = sales.send(sales.page(grant), grant + "/revoke")
    expect(303, status, "a revocation")
    done.append("is revoked")


class Kept:
    """The data of a furnished demo, to be copied for each trial, and what was in them."""

    def __init__(self, program, folder):
        self.program, self.folder, self.data = program, folder, os.path.join(folder, "furnished")
        Demo(program, self.data).stop()
        # The demo has no settings; whoever exports its log says where it is.
        with open(os.path.join(self.data, "candor.toml"), "w", encoding="utf-8") as file:
            file.write('listen = "127.0.0.1:0"\nbase_url = "https://trust.house.example"\nmail = "files"\ntrusted_proxies = ["127.0.0.1"]\n')

    def copy(self, name):
        """A copy to break."""
        data = os.path.join(self.folder, name)
        for end in ("", ".keyring", ".anchor"):
            (shutil.copytree if end == "" else shutil.copy)(self.data + end, data + end)
        return data


def count(data):
    """Entries by kind, and rows of the tables of ROWS."""
    with sqlite3.connect(os.path.join(data, "candor.sqlite")) as db:
        entries = collections.Counter(dict(db.execute("SELECT kind, count(*) FROM ledger_entry GROUP BY kind")))
        return entries, {table: db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ROWS}


def judge(program, data, before, acknowledged, received):
    """After the server has ended somehow, it is started again: what was lost, unlogged, and whether the log is not whole."""
    again = Demo(program, data)
    came_back = again.is_up()
    again.stop()
    (entries_before, rows_before), (entries, rows) = before, count(data)
    new = entries - entries_before
    wanted = collections.Counter(STEPS[step] for step in acknowledged)
    lost = sum(max(0, number - new[kind]) for kind, number in wanted.items())
    # Rows without entries, and copies of which something came without their start.
    unlogged = sum(abs(rows[table] - rows_before[table] - sum(new[kind] for kind in kinds)) for table, kinds in ROWS.items())
    unlogged += max(0, sum(1 for body in received if body) - new["download.started"])
    export = data + ".export"
    shutil.rmtree(export, ignore_errors=True)
    whole = came_back and all(
        subprocess.run([program, "ledger", *words], capture_output=True).returncode == 0
        for words in (("export", "--out", export, "--data", data), ("verify", export, "--checkpoint", data + ".anchor")))
    return lost, unlogged, 0 if whole else 1


def count_flushes(kept):
    """How often one thread flushes at the most while the story is told: strace counts by thread when it injects."""
    trace = os.path.join(kept.folder, "trace")
    told = Demo(kept.program, kept.copy("whole"), ("strace", "-f", "-qq", "-o", trace, "-e", f"trace={FLUSHES}"))
    tell(told, 0, [], [])
    told.kill()
    with open(trace, encoding="utf-8", errors="replace") as file:
        return max(collections.Counter(line.split()[0] for line in file if "sync(" in line).values())


def hit_at_each_flush(kept, how, flushes, most):
    """While the story is told the server is hit when it flushes for the 1st, 2nd, ... time: `signal=SIGKILL` kills it,
    `error=EIO` is a disk that fails. Every flush, or so many as may be tried, evenly."""
    sums = [0, 0, 0, 0]
    for number in range(1, flushes + 1, max(1, -(-flushes // most))):
        data = kept.copy(f"flush{number}")
        before = count(data)
        demo = Demo(kept.program, data, ("strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={FLUSHES}",
                                         "-e", f"inject={FLUSHES}:{how}:when={number}"))
        done, received = [], []
        try:
            if demo.is_up():
                tell(demo, number, done, received)
        except (Gone, Refused):
            pass
        demo.kill()
        sums = [one + more for one, more in zip(sums, (1, *judge(kept.program, data, before, done, received)))]
        shutil.rmtree(data)
    return tuple(sums)


def killed_under_load(kept, trials):
    """The server is killed at a random moment while four people read, take copies and look into the log, again and again."""
    data = kept.copy("load")
    before, done, received, lock = count(data), [], [], threading.Lock()
    demo = Demo(kept.program, data)
    reader, room, _ = gain(demo, 0, done)
    bad = 0
    for _ in range(trials):
        security = demo.staff("security")
        reader.address, ended = demo.address, threading.Event()

        def load(number):
            own = reader.again() if number % 2 else security.again()
            while not ended.is_set():
                steps, bodies = [], []
                try:
                    if number % 2:
                        steps.extend(["reads"] if "/copy" in own.page(room) else [])
                        if take_copy(own, room, bodies) == 200:
                            steps.append("takes a copy")
                    else:
                        steps.extend(["is looked up"] if own.ask("GET", "/security/entries/0")[0] == 200 else [])
                except (Gone, Refused):
                    ended.set()
                with lock:
                    done.extend(steps)
                    received.extend(bodies)

        threads = [threading.Thread(target=load, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        time.sleep(random.uniform(0.02, 1.0))
        demo.kill()
        ended.set()
        for thread in threads:
            thread.join()
        demo = Demo(kept.program, data)
        bad += not demo.is_up()
    demo.stop()
    lost, unlogged, broken = judge(kept.program, data, before, done, received)
    return trials, lost, unlogged, bad + broken
