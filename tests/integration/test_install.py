# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# `cmake --install` into a folder of its own, and programs that use the library from there as a stranger would:
# by pkg-config or by CMake alone, in C and C++, with two compilers, shared and static. Not ours on the other end:
# pkg-config, CMake, gcc, clang, binutils, the loader. Writes to the test's temporary folder only. The packages made
# of the same files are tested in tests/packages.
from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("KAMUPIN_BUILD", ROOT / "build"))
CONSUMERS = ROOT / "tests" / "packages" / "consumers"

# Ten lines, valid in every language below.
CONSUMER = """\
#include <kamupin/kamupin.h>
#include <stdio.h>
int main(void)
{
    kamupin_context_options options = KAMUPIN_CONTEXT_OPTIONS_INIT;
    kamupin_error error = KAMUPIN_ERROR_INIT;
    kamupin_context *context = NULL;
    if (kamupin_context_new(&options, &context, &error) == KAMUPIN_OK) printf("%s\\n", kamupin_version());
    kamupin_context_free(&context);
    return (int)error.status; }
"""
# Every record that a caller sets up, by the macro that the header gives for it.
RECORDS = """\
#include <kamupin/kamupin.h>
int main(void)
{
    kamupin_card_info info = KAMUPIN_CARD_INFO_INIT;
    kamupin_operation_options options = KAMUPIN_OPERATION_OPTIONS_INIT;
    kamupin_result result = KAMUPIN_RESULT_INIT;
    kamupin_pin_policy policy = KAMUPIN_PIN_POLICY_INIT;
    return !(info.size == sizeof info && options.size == sizeof options && options.service == NULL &&
             result.size == sizeof result && result.card_id[0] == 0 && policy.max_length == 12);
}
"""
LANGUAGES = [("gcc", "c99"), ("gcc", "c11"), ("g++", "c++17"), ("clang", "c99"), ("clang", "c11"), ("clang++", "c++17")]
NAMES = ["-".join(pair) for pair in LANGUAGES]
STRICT = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"]


def run(*argv: object, **env: str) -> str:
    clean = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"} | env
    done = subprocess.run([str(word) for word in argv], env=clean, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, f"{argv}\n{done.stdout}{done.stderr}"
    return done.stdout


class Installed:
    def __init__(self, prefix: Path) -> None:
        self.prefix = prefix
        run("cmake", "--install", BUILD, "--prefix", prefix)
        [self.pc] = prefix.rglob("kamupin.pc")
        self.libdir = self.pc.parent.parent

    def flags(self, *what: str) -> list[str]:
        return run("pkg-config", *what, "kamupin", PKG_CONFIG_PATH=str(self.pc.parent)).split()


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    return Installed(tmp_path_factory.mktemp("prefix"))


def test_library_headers_command_and_pkg_config_are_there(installed):
    headers = {path.name for path in (installed.prefix / "include" / "kamupin").iterdir()}
    assert headers == {path.name for path in (ROOT / "include" / "kamupin").glob("*.h")}
    version = installed.flags("--modversion")[0]
    real = installed.libdir / f"libkamupin.so.{version}"
    assert (installed.libdir / "libkamupin.so").resolve() == real
    assert (installed.libdir / "libkamupin.so.1").resolve() == real
    dynamic = run("readelf", "-d", real)
    assert "Library soname: [libkamupin.so.1]" in dynamic
    assert "RPATH" not in dynamic and "RUNPATH" not in dynamic
    said = run(installed.prefix / "bin" / "kamupin", "--version", LD_LIBRARY_PATH=str(installed.libdir))
    assert version in said.split()


def test_what_the_manual_points_to_is_there(installed):
    docs = installed.prefix / "share" / "doc" / "kamupin"
    pages = (installed.prefix / "share" / "man").rglob("kamupin*.[13]")
    named = {path.rstrip(".") for page in pages for path in re.findall(r"^\.Pa ((?:docs|examples)\S*)", page.read_text(), re.M)}
    assert {"docs/errors", "docs/cli/schema.json", "docs/protocol"} <= named
    assert [path for path in sorted(named) if not (docs / path).exists() and path != "docs"] == []
    assert (docs / "examples" / "list-cards.c").is_file() and not (docs / "examples" / "sandbox").exists()


LINK = re.compile(r"\[([^][]*)\]\(([^)#\s]*)(#[^)\s]*)?\)")


def test_links_of_the_installed_documentation_lead_somewhere(installed):
    """Each page is the tree's, word for word; a link to what is not installed is the text that it was on."""
    docs = installed.prefix / "share" / "doc" / "kamupin"
    pages = sorted(docs.rglob("*.md"))
    assert docs / "README.md" in pages and docs / "docs" / "guides" / "tr" / "probe.md" in pages
    kept = 0
    for page in pages:
        text = page.read_text()
        links = [match[2] for match in LINK.finditer(text) if match[2] and ":" not in match[2]]
        assert [link for link in links if not (page.parent / link).exists()] == [], page
        assert LINK.sub(r"\1", text) == LINK.sub(r"\1", (ROOT / page.relative_to(docs)).read_text()), page
        kept += len(links)
    assert kept > 300


def test_pkg_config_knows_the_prefix_it_was_installed_into(installed):
    assert installed.flags("--cflags")[0] == f"-I{installed.prefix}/include"
    assert installed.flags("--libs") == [f"-L{installed.libdir}", "-lkamupin"]


def test_nothing_that_is_installed_names_the_build(installed):
    for path in [*installed.prefix.rglob("*.h"), *installed.prefix.rglob("*.cmake"), installed.pc]:
        assert str(ROOT) not in path.read_text(), path


def build(installed: Installed, compiler: str, standard: str, text: str, folder: Path) -> Path:
    source = folder / ("consumer.cpp" if "++" in compiler else "consumer.c")
    source.write_text(text)
    common = [compiler, f"-std={standard}", *STRICT, *installed.flags("--cflags")]
    read = re.findall(r"\S*kamupin/\w+\.h", run(*common, "-M", source))
    assert read and all(name.startswith(f"{installed.prefix}/") for name in read), read
    run(*common, source, *installed.flags("--libs"), "-o", folder / "consumer")
    return folder / "consumer"


@pytest.mark.parametrize("compiler,standard", LANGUAGES, ids=NAMES)
def test_a_consumer_of_ten_lines_builds_and_prints_the_version(installed, compiler, standard, tmp_path):
    assert len(CONSUMER.splitlines()) == 10
    program = build(installed, compiler, standard, CONSUMER, tmp_path)
    said = run(program, LD_LIBRARY_PATH=str(installed.libdir))
    assert said.strip() == installed.flags("--modversion")[0]


@pytest.mark.parametrize("compiler,standard", LANGUAGES, ids=NAMES)
def test_every_record_can_be_set_up(installed, compiler, standard, tmp_path):
    program = build(installed, compiler, standard, RECORDS, tmp_path)
    run(program, LD_LIBRARY_PATH=str(installed.libdir))


@pytest.mark.parametrize("compiler,standard", LANGUAGES, ids=NAMES)
def test_each_header_stands_alone(installed, compiler, standard, tmp_path):
    for header in sorted((installed.prefix / "include" / "kamupin").glob("*.h")):
        source = tmp_path / ("alone.cpp" if "++" in compiler else "alone.c")
        include = f"#include <kamupin/{header.name}>\n"
        if "++" in compiler:  # also where a program wraps C headers by habit
            include = f'extern "C" {{\n{include}}}\n'
        source.write_text(f"{include}int alone(void);\nint alone(void) {{ return 0; }}\n")
        run(compiler, f"-std={standard}", *STRICT, *installed.flags("--cflags"), "-fsyntax-only", source)


def needed(program: Path) -> set[str]:
    return set(re.findall(r"\(NEEDED\).*\[(.*?)\]", run("readelf", "-d", program)))


def answers(program: Path, libdir: Path | None = None) -> None:
    """The program runs; where no PC/SC daemon answers, it says so by its exit code."""
    nowhere = {"PCSCLITE_CSOCK_NAME": f"{program}.socket"}
    done = subprocess.run([program], capture_output=True, text=True, timeout=60,
                          env=nowhere | ({"LD_LIBRARY_PATH": str(libdir)} if libdir else {}))
    header = (ROOT / "include" / "kamupin" / "status.h").read_text()
    down = re.search(r"KAMUPIN_E_READER_SERVICE_DOWN = (\d+)", header)
    assert down and (done.returncode, done.stdout, done.stderr) == (int(down[1]), "", "")


def test_the_static_library_links_by_the_line_that_is_shown(installed, tmp_path):
    asked = installed.flags("--static", "--libs")
    assert {"-lkamupin", "-lpcsclite", "-ljansson", "-lcrypto"} <= set(asked) and "-lcurl" not in asked
    [line] = [line for line in (ROOT / "README.md").read_text().splitlines() if line.startswith("cc ") and "--static" in line]
    for place in (ROOT / "docs" / "packaging.md", CONSUMERS / "c"):
        assert line in place.read_text().splitlines(), place
    shutil.copy(CONSUMERS / "readers.c", tmp_path)
    run("sh", "-c", f'cd "$0" && {line}', tmp_path, PKG_CONFIG_PATH=str(installed.pc.parent))
    assert not any(name.startswith(("libkamupin", "libcurl")) for name in needed(tmp_path / "readers"))
    answers(tmp_path / "readers")


def cmake_project(prefix: Path, folder: Path, *options: str) -> Path:
    run("cmake", "-G", "Ninja", "-S", CONSUMERS / "cmake", "-B", folder, f"-DCMAKE_PREFIX_PATH={prefix}", *options)
    run("cmake", "--build", folder)
    return folder


@pytest.mark.parametrize("language", ["C", "CXX"])
@pytest.mark.parametrize("kind", ["", "shared", "static"])
def test_cmake_finds_the_kind_that_is_asked_for(installed, kind, language, tmp_path):
    program = cmake_project(installed.prefix, tmp_path, f"-DKIND={kind}", f"-DLANGUAGE={language}") / "readers"
    assert ("libkamupin.so.1" in needed(program)) == (kind != "static")
    answers(program)


def test_cmake_gives_both_kinds_to_one_project_and_from_another_place(installed, tmp_path):
    moved = tmp_path / "moved"
    shutil.copytree(installed.prefix, moved, symlinks=True)
    built = cmake_project(moved, tmp_path / "build", "-DBOTH=ON")
    assert "libkamupin.so.1" in needed(built / "readers-shared")
    assert "libkamupin.so.1" not in needed(built / "readers-static")
    answers(built / "readers-shared", moved / "lib")
    answers(built / "readers-static")


@pytest.mark.parametrize("what,says", [("-DKIND=frozen", "frozen"), ("-DWANTED=9.0", "9.0")])
def test_cmake_refuses_what_is_not_there(installed, what, says, tmp_path):
    text = (CONSUMERS / "cmake" / "CMakeLists.txt").read_text().replace("kamupin 0.1 ", "kamupin ${WANTED} ")
    (tmp_path / "CMakeLists.txt").write_text(text.replace("../readers.c", f"{CONSUMERS}/readers.c"))
    done = subprocess.run(["cmake", "-G", "Ninja", "-S", tmp_path, "-B", tmp_path / "b", f"-DCMAKE_PREFIX_PATH={installed.prefix}", what],
                          capture_output=True, text=True, timeout=120)
    assert done.returncode != 0 and says in done.stderr


def test_the_installed_sandbox_runs_and_says_where_the_login_server_is(installed):
    sandbox = installed.prefix / "bin" / "kamupin-sandbox"
    where = {"PATH": f"{sandbox.parent}:/usr/bin:/bin", "LD_LIBRARY_PATH": str(installed.libdir), "HOME": str(installed.prefix)}
    said = run(sandbox, "run", "--cards", "akis2:blocked", "--", "kamupin", "card", "list", "--json", **where)
    assert '"pin-blocked"' in said or '"blocked"' in said
    done = subprocess.run([sandbox, "run", "--login", "--", "true"], env=where, capture_output=True, text=True, timeout=60)
    assert done.returncode == 69
    assert "kaynak ağacından" in done.stderr and "source tree" in done.stderr


def test_readme_shows_the_consumer_that_is_tested():
    text = (CONSUMERS / "readers.c").read_text()
    assert "```c title=\"readers.c\"\n" + text[text.index("#include"):] + "```\n" in (ROOT / "README.md").read_text()
    [line] = [line for line in (ROOT / "README.md").read_text().splitlines() if line.startswith("cc ") and "--static" not in line]
    assert line in (CONSUMERS / "c").read_text().splitlines() and f"    {line}" in (CONSUMERS / "sandbox").read_text().splitlines()
