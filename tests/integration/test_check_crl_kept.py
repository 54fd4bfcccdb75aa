# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# What is kept of a CRL: how long it counts, that it is not read again, which strace sees, and what becomes of it when its files are damaged,
# shortened under the reader's hands, or several programs are at them.
"""What is kept of a CRL."""
from __future__ import annotations

import datetime
import os
import re
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from box import BUILD
from checking import Found, Published
from journey import preload
from little_pki import HOUR, NOW, crl_of, issue, seconds

MINUTE = datetime.timedelta(minutes=1)
SHORTEN = str(BUILD / "lib" / "libfault-shorten.so")


def test_offline_a_kept_list_counts_until_it_is_over(published: Published) -> None:
    assert published.check(published.leaf, "--offline")["leaf.crl"] == "revocation-unreachable" and published.web.methods() == []
    published.by_list(crl_of(published.root))
    published.web.methods()
    found = published.check(published.leaf, "--offline")
    assert (found["leaf"], found["leaf.source"]) == ("good", "crl-cache") and published.web.methods() == []


def test_how_old_a_kept_list_may_be(published: Published) -> None:
    published.by_list(crl_of(published.root))
    published.web.methods()
    later = str(seconds(NOW + HOUR))
    assert published.by_list(None, "--now", later, "--crl-age", "7200")["leaf.source"] == "crl-cache" and published.web.methods() == []
    renewed = crl_of(published.root, [(published.serial, None)], begins=NOW - 30 * MINUTE)
    found = published.by_list(renewed, "--now", later, "--crl-age", "60")
    assert (found["leaf.source"], found["leaf"]) == ("crl", "revoked") and published.web.methods() == ["GET /crl"]
    del published.web.paths["/crl"]
    found = published.by_list(None, "--now", str(seconds(NOW + 2 * HOUR)), "--crl-age", "60")
    assert (found["leaf.source"], found["leaf"], found["leaf.crl"]) == ("crl-cache", "revoked", "ok")
    assert published.web.methods() == ["GET /crl"]


def test_a_list_that_was_fetched_in_the_future_is_of_no_known_age(published: Published) -> None:
    """The clock was set back since: it may have been fetched long ago."""
    published.by_list(crl_of(published.root), "--now", str(seconds(NOW + HOUR)))
    published.web.methods()
    renewed = crl_of(published.root, [(published.serial, None)], begins=NOW - 30 * MINUTE)
    found = published.by_list(renewed, "--now", str(seconds(NOW)), "--crl-age", "600")
    assert (found["leaf.source"], found["leaf"]) == ("crl", "revoked") and published.web.methods() == ["GET /crl"]
    assert published.by_list(None, "--now", str(seconds(NOW - MINUTE)), "--crl-age", "600")["leaf.source"] == "crl-cache"
    assert published.web.methods() == []


def test_an_older_list_does_not_take_the_place_of_a_newer_one(published: Published) -> None:
    published.by_list(crl_of(published.root, [(published.serial, None)]))
    older = crl_of(published.root, begins=NOW - 2 * HOUR)
    found = published.by_list(older, "--now", str(seconds(NOW + HOUR)), "--crl-age", "60")
    assert (found["leaf"], found["leaf.source"]) == ("revoked", "crl-cache")
    found = published.by_list(None)
    assert found["leaf"] == "revoked"


def opened(log: Path) -> list[str]:
    return re.findall(r'openat\([^"]*"([^"]+\.(?:crl|index))"', log.read_text())


def test_a_kept_list_is_not_read_again_only_its_index(published: Published, tmp_path: Path) -> None:
    published.by_list(crl_of(published.root, [(published.serial, None)]))
    log = tmp_path / "strace"
    argv = published.check.argv([published.leaf], "--no-ocsp")
    done = subprocess.run(["strace", "-f", "-e", "trace=openat,open", "-o", str(log), *argv], env=published.check.env(), capture_output=True,
                          text=True)
    assert "leaf=revoked" in done.stdout and "leaf.source=crl-cache" in done.stdout
    assert [Path(name).suffix for name in opened(log)] == [".index"]
    for path in (published.check.state / "crl").glob("*.crl"):
        path.unlink()
    published.web.methods()
    assert published.by_list(None)["leaf.source"] == "crl-cache" and published.web.methods() == []


def index_of(published: Published) -> Path:
    return next((published.check.state / "crl").glob("*.index"))


@pytest.mark.parametrize("spoil", [lambda data: data[:-1], lambda data: data + b"\x00", lambda data: b"", lambda data: data[:20],
                                   lambda data: data[:160] + bytes([data[160] ^ 1]) + data[161:], lambda data: b"x" + data[1:],
                                   lambda data: data[:15] + b"\x09" + data[16:], lambda data: data[:20] + b"\xff" + data[21:],
                                   lambda data: data[:48] + b"\xff" * 8 + data[56:], lambda data: data[:44] + b"\xff" * 4 + data[48:]])
def test_a_damaged_index_is_made_again_from_the_list(published: Published, spoil: Callable[[bytes], bytes]) -> None:
    published.by_list(crl_of(published.root, [(published.serial, None), (77, None)]))
    path = index_of(published)
    whole = path.read_bytes()
    path.write_bytes(spoil(whole))
    published.web.methods()
    found = published.by_list(None)
    assert (found["leaf"], found["leaf.source"]) == ("revoked", "crl-cache") and published.web.methods() == []
    assert len(path.read_bytes()) == len(whole)
    path.write_bytes(spoil(whole))
    for crl in path.parent.glob("*.crl"):
        crl.write_bytes(crl.read_bytes()[:-9])
    assert published.by_list(None)["leaf.source"] == "crl" and published.web.methods() == ["GET /crl"]


def shortened(published: Published, how: str, *options: str) -> Found:
    """A check under which a file of the cache becomes shorter, or its disk fails, while it is read."""
    argv = published.check.argv([published.leaf], "--no-ocsp", *options)
    return published.check.run(argv, LD_PRELOAD=preload(SHORTEN), KAMUPIN_SHORTEN=how)


@pytest.mark.parametrize("how", ["cut", "fail"])
def test_a_list_that_becomes_shorter_while_it_is_read_is_no_list(published: Published, how: str) -> None:
    """Somebody else's write, or a full or broken disk: the file is shorter than it was said to be. The program lives on."""
    published.web.paths["/crl"] = crl_of(published.root, [(published.serial, None)] + [(number, None) for number in range(1, 400)])
    found = shortened(published, f".new:1:{how}")
    assert (found["leaf"], found["leaf.crl"], found["answer"]) == ("unreachable", "state-folder", "revocation-unreachable")
    assert published.check.kept == [] and published.by_list(None)["leaf"] == "revoked"


@pytest.mark.parametrize("how", ["cut", "fail"])
def test_an_index_that_does_not_come_back_as_it_was_written_is_not_believed(published: Published, how: str) -> None:
    published.web.paths["/crl"] = crl_of(published.root, [(published.serial, None)] + [(number, None) for number in range(1, 400)])
    found = shortened(published, f".index:1:{how}")
    assert (found["leaf"], found["leaf.crl"]) == ("unreachable", "state-folder")
    assert published.by_list(None)["leaf"] == "revoked"


@pytest.mark.parametrize("how", ["cut", "fail"])
def test_a_kept_index_that_becomes_shorter_while_it_is_read_is_made_again(published: Published, how: str) -> None:
    published.by_list(crl_of(published.root, [(published.serial, None)] + [(number, None) for number in range(1, 400)]))
    published.web.methods()
    found = shortened(published, f".index:1:{how}")
    assert found["leaf"] == ("revoked" if how == "cut" else "unreachable")
    found = published.by_list(None)
    assert (found["leaf"], found["leaf.source"]) == ("revoked", "crl-cache") and published.web.methods() == ([] if how == "cut" else ["GET /crl"])


@pytest.mark.parametrize("how", ["cut", "fail"])
def test_a_kept_list_that_becomes_shorter_while_its_index_is_made_is_fetched_again(published: Published, how: str) -> None:
    published.by_list(crl_of(published.root, [(published.serial, None)] + [(number, None) for number in range(1, 400)]))
    index_of(published).unlink()
    published.web.methods()
    found = shortened(published, f".crl:2:{how}")
    assert (found["leaf"], found["leaf.source"]) == ("revoked", "crl") and published.web.methods() == ["GET /crl"]


def test_an_index_of_another_issuer_is_not_taken(published: Published, tmp_path: Path) -> None:
    """The same name and address, another key: nothing of the first one's list is looked at."""
    published.by_list(crl_of(published.root))
    other = issue("Root", None, ca=True)
    leaf = issue("Leaf", other, ocsp=[published.web.url + "/ocsp"], crl=[published.web.url + "/crl"], serial=published.serial)
    published.check.trust.write_bytes(other.pem)
    assert published.check(leaf, "--no-ocsp")["leaf.crl"] == "crl-signature"


def test_a_state_folder_that_is_none(published: Published, tmp_path: Path) -> None:
    published.web.paths["/crl"] = crl_of(published.root)
    published.check.state.mkdir(mode=0o700)
    (published.check.state / "crl").write_text("a file")
    found = published.check(published.leaf, "--no-ocsp")
    assert (found["leaf"], found["leaf.crl"]) == ("unreachable", "state-folder")
    (published.check.state / "crl").unlink()
    (published.check.state / "crl").mkdir(mode=0o755)
    assert published.check(published.leaf, "--no-ocsp")["leaf.crl"] == "state-folder"
    (published.check.state / "crl").chmod(0o700)
    assert published.check(published.leaf, "--no-ocsp")["leaf"] == "good"


def test_what_is_kept_is_closed_to_others_and_what_was_left_is_swept(published: Published) -> None:
    folder = published.check.state / "crl"
    folder.mkdir(parents=True, mode=0o700)
    published.check.state.chmod(0o700)
    (folder / "old.new").write_bytes(b"x")
    os.utime(folder / "old.new", (0, 0))
    (folder / "fresh.new").write_bytes(b"x")
    published.by_list(crl_of(published.root))
    assert sorted(path.suffix for path in folder.iterdir()) == [".crl", ".index", ".new"] and (folder / "fresh.new").exists()
    assert {oct(path.stat().st_mode & 0o777) for path in folder.glob("*[lx]")} == {"0o600"}


def test_many_programs_at_once_keep_one_list(published: Published) -> None:
    published.web.paths["/crl"] = crl_of(published.root, [(published.serial, None)])
    argv = published.check.argv([published.leaf], "--no-ocsp")
    running = [subprocess.Popen(argv, env=published.check.env(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) for _ in range(8)]
    assert all("leaf=revoked" in one.communicate()[0] for one in running)
    assert published.check.kept == [".crl", ".index"]


@pytest.mark.parametrize("when", [1, 2])
def test_who_is_killed_while_keeping_a_list_leaves_no_older_index_beside_a_newer_list(published: Published, when: int) -> None:
    """The list takes its name first, its index second; strace kills in front of either."""
    assert published.by_list(crl_of(published.root))["leaf"] == "good"
    before = next((published.check.state / "crl").glob("*.crl")).read_bytes()
    newer = crl_of(published.root, [(published.serial, None)])
    published.web.paths["/crl"] = newer
    later = str(seconds(NOW + HOUR))
    argv = published.check.argv([published.leaf], "--no-ocsp", "--now", later, "--crl-age", "60")
    calls = "renameat,renameat2"
    killed = subprocess.run(["strace", "-f", "-o", "/dev/null", "-e", f"trace={calls}", "-e", f"inject={calls}:signal=KILL:when={when}", *argv],
                            env=published.check.env() | {"ASAN_OPTIONS": "verify_asan_link_order=0:detect_leaks=0"}, capture_output=True)
    assert killed.returncode != 0
    kept = next((published.check.state / "crl").glob("*.crl")).read_bytes()
    assert kept == (before if when == 1 else newer)
    published.web.methods()
    found = published.by_list(None, "--offline")
    assert (found["leaf"], found["leaf.source"]) == ("good" if when == 1 else "revoked", "crl-cache") and published.web.methods() == []


def test_a_slow_fetch_does_not_bring_an_older_list_back(published: Published) -> None:
    """Who is on the way holds one program's fetch back until another has a newer list, and then lets it have an older one that still holds."""
    older, newer = crl_of(published.root, begins=NOW - 2 * HOUR), crl_of(published.root, [(published.serial, None)])
    asked, go = threading.Event(), threading.Event()

    def give(_: bytes) -> bytes:
        if asked.is_set():
            return newer
        asked.set()
        go.wait(20)
        return older

    published.web.paths["/crl"] = give
    argv = published.check.argv([published.leaf], "--no-ocsp")
    slow = subprocess.Popen(argv, env=published.check.env(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert asked.wait(20)
    assert published.by_list(None)["leaf"] == "revoked"
    go.set()
    said = slow.communicate()[0]
    assert "leaf=revoked" in said and "leaf.source=crl-cache" in said
    assert published.by_list(None)["leaf"] == "revoked" and published.web.methods() == ["GET /crl"] * 2
    assert published.check.kept == [".crl", ".index"]


def test_a_list_that_does_not_come_to_its_end(published: Published) -> None:
    def wait(_: bytes) -> bytes:
        published.web.stop.wait(20)
        return b""

    published.web.stop.clear()
    found = published.by_list(wait, "--cancel-after", "300")
    assert found["answer"] == "cancelled" and published.check.kept == []
    published.web.stop.set()
