"""What the scripts that measure share: servers on loopback, requests to them, and rows with goals."""

import contextlib
import http.client
import json
import os
import re
import select
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROOMS = "/openapi/v2/rooms"
FORM = "roomName=Load&maxUser=7&gTransStat=N&rtcStat=Y&roomType=02"
# The user's own settings of the server must not change what is measured.
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("VCHATCLOUD_MOCK_")}


class Failure(Exception):
    """Nothing was measured, and why."""


def run(*command, **options):
    return subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True, **options).stdout


def build_product():
    """Builds the release binary and returns its path."""
    return Path(run(".ci/static").strip())


def build_small():
    """The same without TLS; a copy, as the next build takes its place."""
    built = Path(run(".ci/static", "--without-tls").strip())
    return Path(shutil.copy(built, built.with_name("vchatcloud-mock-without-tls")))


def build_bare(product):
    """Builds the bare server beside the product. One at a time: together they would share the features of their crates."""
    triple = product.parent.parent.name
    # Features and flags are those of .ci/static, so that nothing is built twice.
    features = ["--no-default-features", "--features", "cli,tls"]
    environment = {**os.environ, "RUSTFLAGS": '-C target-feature=+crt-static -C relocation-model=static --cfg getrandom_backend="linux_getrandom"'}
    run("cargo", "build", "--quiet", "--release", "--locked", "--target", triple, *features, "--example", "bare", env=environment)
    return product.parent / "examples/bare"


def free_port():
    """A port that the system has just given out; it is free when this returns."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


def said_port(process, within):
    """The port of a server that says `http://127.0.0.1:PORT` on stdout; `None` when it does not."""
    said = b""
    while not (port := re.search(rb"http://(?:127\.0\.0\.1|localhost):(\d+)\s", said)):
        more = select.select([process.stdout], [], [], within)[0] and os.read(process.stdout.fileno(), 4096)
        if not more:
            return None
        said += more
    return int(port[1])


def listening_port(process, port, within):
    """The port of a server that says nothing, once it listens there; `None` when it does not."""
    deadline = time.monotonic() + within
    while process.poll() is None and time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", int(port))) == 0:
                return int(port)
        time.sleep(0.02)
    return None


@contextlib.contextmanager
def server(*command, log=subprocess.DEVNULL, port=None, within=10):
    """A running server as (process, port), killed at the end, whatever happens."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, bufsize=0, env=ENVIRONMENT)
    try:
        ready = listening_port(process, port, within) if port else said_port(process, within)
        if not ready:
            raise Failure(f"{' '.join(map(str, command))} did not get ready")
        yield process, ready
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def headers(account):
    return {"API_KEY": account, "X-AUTH-TOKEN": f"{account}-token"}


def request(method, path, account, body=""):
    form = ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"] if body else []
    own = [f"{name}: {value}" for name, value in headers(account).items()]
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: localhost", *own, *form, "", body]).encode()


def ask(port, message):
    """Sends and waits for the first byte of the answer, which stays to be read; returns the open connection."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=60)
    connection.sendall(message)
    connection.recv(1, socket.MSG_PEEK)
    return connection


def answer_body(connection):
    with connection, http.client.HTTPResponse(connection) as answer:
        answer.begin()
        if answer.status != 200:
            raise Failure(f"the answer is {answer.status}")
        return answer.read()


def room_id(number):
    return f"Load{number:06}-AbCdEfGhIj-20220523144251"


def fixture(accounts):
    """A fixture of accounts by name, each with so many rooms, whose ids are those of `room_id`."""
    rooms = lambda count: [{"roomId": room_id(number), "roomName": f"Room {number}"} for number in range(count)]
    return json.dumps({"accounts": [{"apiKey": name, "rooms": rooms(count)} for name, count in accounts.items()]})


def status(process, name):
    """A figure of /proc/PID/status in bytes, such as VmRSS."""
    return int(re.search(rf"{name}:\s+(\d+) kB", Path(f"/proc/{process.pid}/status").read_text())[1]) * 1024


def seconds_on_core(process):
    """Of all its threads, to the nanosecond; /proc/PID/stat counts in hundredths of a second."""
    return sum(int(file.read_text().split()[0]) for file in Path(f"/proc/{process.pid}/task").glob("*/schedstat")) / 1e9


missed = []


def heading():
    print(f"{'':<44}{'median':>12} {'':<6}{'min..max':>22}  goal")


def row(what, unit, values, digits=2, at_most=None, at_least=None):
    """Prints a figure of which there is one value a round. The goal is on the median."""
    median = statistics.median(values)
    middle, lowest, highest = (f"{value:,.{digits}f}" for value in (median, min(values), max(values)))
    goal = f"<= {at_most:,}" if at_most is not None else f">= {at_least:,}" if at_least is not None else ""
    good = (at_most is None or median <= at_most) and (at_least is None or median >= at_least)
    verdict = "" if not goal else "ok" if good else "MISSED"
    if not good:
        missed.append(f"{what.strip()}: {f'{middle} {unit}'.strip()}, the goal is {goal}")
    spread = f"{lowest}..{highest}" if len(values) > 1 else ""
    print(f"{what:<44}{middle:>12} {unit:<6}{spread:>22}  {goal:<13}{verdict}".rstrip(), flush=True)


def need(**packages):
    """Programs, and the Debian packages that have them."""
    for tool, package in packages.items():
        if shutil.which(tool) is None:
            raise Failure(f"{tool} is missing; on Debian: apt-get install -y {package}")


def measured(measure):
    """Ends the script: 1 when nothing could be measured or a goal was missed. Whatever is running is stopped on the way out."""
    name = Path(sys.argv[0]).resolve().relative_to(ROOT)
    for sent in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(sent, lambda *_: sys.exit(1))
    try:
        measure()
    except (Failure, OSError, http.client.HTTPException, subprocess.SubprocessError) as error:
        sys.exit(f"{name}: {error}")
    except KeyboardInterrupt:
        sys.exit(1)
    for miss in missed:
        print(f"MISSED {miss}", file=sys.stderr)
    sys.exit(1 if missed else 0)
