# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# 64 sessions of one context in 16 threads (tests/drivers/public/threads.c) against the sandbox's service and the certified
# OpenID provider: every one of them comes to its end, and one that is cancelled touches no other. With KAMUPIN_TSAN, a build
# with -fsanitize=thread (scripts/check: threads-tsan), ThreadSanitizer, which is not ours either, has to find nothing in lib/.
from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from box import ROOT, Box
from idp_client import login
from private_pcscd import program

SESSIONS, THREADS = 64, 16
TSAN = os.environ.get("KAMUPIN_TSAN")
SUPPRESSIONS = ROOT / "tests" / "tsan.supp"


def reports(folder: Path) -> list[str]:
    """What ThreadSanitizer reported, each report by itself."""
    text = "".join(path.read_text(errors="replace") for path in sorted(folder.glob("tsan.*")))
    return [one for one in text.split("==================\n") if "ThreadSanitizer" in one]


def in_library(report: str) -> bool:
    """Whether any frame of it is in a source of lib/."""
    return re.search(r"^\s+#\d+ .*" + re.escape(str(ROOT / "lib")) + "/", report, re.M) is not None


def test_sessions_of_one_context_in_many_threads(sandbox: Callable[..., Box], tmp_path: Path) -> None:
    box = sandbox(options=["--login"])
    driver = str(Path(TSAN) / "bin" / "driver-threads") if TSAN else program("driver-threads")
    options = f"log_path={tmp_path}/tsan suppressions={SUPPRESSIONS} exitcode=0 second_deadlock_stack=1"
    process = box.start(driver, str(SESSIONS), str(THREADS), stdin=subprocess.PIPE, env={"TSAN_OPTIONS": options})
    assert process.stdin is not None and process.stdout is not None
    try:
        addresses = [process.stdout.readline().strip() for _ in range(SESSIONS)]
        assert all(address.startswith("https://") for address in addresses), addresses
        assert len(set(re.findall(r"[?&]state=([^&]+)", " ".join(addresses)))) == SESSIONS
        with ThreadPoolExecutor(4) as people:
            callbacks = list(people.map(lambda each: login(each[1], box.env["KAMUPIN_CA_FILE"], ("deneme", "baska")[each[0] % 2]),
                                        enumerate(addresses)))
        out, err = process.communicate("\n".join(callbacks) + "\n", timeout=120)
    finally:
        process.kill()
    assert process.returncode == 0, err
    pulled = SESSIONS // 8
    assert out.strip() == (f"completed={SESSIONS} named={SESSIONS} redeemed={SESSIONS - pulled} cancelled={pulled} "
                           f"ended={SESSIONS - pulled} wrong=0"), err
    found = reports(tmp_path)
    assert [report for report in found if in_library(report)] == []
