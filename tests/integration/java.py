# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# Java programs in the hands of a test: compiled once with every warning an error, run under -Xcheck:jni, which says in
# words what it thinks of a call that JNI does not allow. Touches a folder of its own.
"""Java programs for integration tests."""
from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

from box import BUILD, ROOT

JAR = BUILD / "bindings" / "java" / "kamupin.jar"
HOME = Path(os.environ.get("JAVA_HOME", "/usr/lib/jvm/default-java"))
CHECKED = re.compile(r"(?i)native method|JNI|FATAL ERROR")


def compiled(folder: Path, *sources: Path) -> Path:
    """The classes of those programs."""
    done = subprocess.run([str(HOME / "bin" / "javac"), "--release", "11", "-encoding", "UTF-8", "-Xlint:all", "-Werror",
                           "-cp", str(JAR), "-d", str(folder), *map(str, sources)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def examples(folder: Path) -> Path:
    """The classes of examples/java."""
    return compiled(folder, *sorted((ROOT / "examples" / "java").glob("*.java")))


def argv(classes: Path, program: str, *words: str, options: tuple[str, ...] = ()) -> list[str]:
    """The command line of a program. What -Xcheck:jni says of signal handlers is left out: libcurl 7.88 ignores SIGPIPE for
    the moment in which it closes its connections, and gives it back."""
    return [str(HOME / "bin" / "java"), "-ea", "-Xcheck:jni", "-XX:+AllowUserSignalHandlers", *options, f"-Djava.library.path={JAR.parent}",
            "-cp", f"{JAR}{os.pathsep}{classes}", program, *words]


def unchecked(said: str) -> bool:
    """Whether -Xcheck:jni has nothing to say."""
    return CHECKED.search(said) is None


def told(pid: int, command: str) -> str:
    """What jcmd has a running Java machine tell of itself."""
    done = subprocess.run([str(HOME / "bin" / "jcmd"), str(pid), command], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def references(pid: int) -> int:
    """References that native code holds to Java's objects, weak ones with them."""
    found = re.search(r"JNI global refs: (\d+), weak refs: (\d+)", told(pid, "Thread.print"))
    assert found is not None
    return int(found[1]) + int(found[2])


def objects(pid: int) -> int:
    """Objects of this package's classes that are alive."""
    rows = re.findall(r"^\s*\d+:\s+(\d+)\s+\d+\s+org\.kamupin\S*", told(pid, "GC.class_histogram"), re.M)
    return sum(map(int, rows))
