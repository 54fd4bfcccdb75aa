# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The wheel that packaging/wheel/build has made (build/wheel), installed by pip in clean environments: of Debian 12's
# Python, and of Debian 13's in a root that has that Python and nothing else, no compiler, no PC/SC, no libcurl.
# Not ours on the other end: pip, both interpreters, auditwheel, abi3audit, pcscd with vpcd, Debian's libpcsclite.
# Run by `scripts/check --full` (stage wheel), which makes the wheel and the root.
from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from elsewhere import ROOT, Box, inside, unblocked, unpacked, with_pcsc
from root import checked

MADE = Path(os.environ.get("KAMUPIN_WHEEL", ROOT / "build" / "wheel"))
DEBIAN_13 = Path(os.environ.get("KAMUPIN_TRIXIE", ROOT / "build" / "wheel" / "work" / "trixie.tar"))
TOOLS = MADE / "work" / "tools" / "bin"
HERE = Path(__file__).resolve().parent
CAS = "etc/ssl/certs/ca-certificates.crt"
PLAIN = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}


def only(pattern: str) -> Path:
    (found,) = MADE.glob(pattern)
    return found


@pytest.fixture(scope="module")
def wheel() -> Path:
    return only("*.whl")


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Callable[[], Box]]:
    boxes: list[Box] = []

    def make() -> Box:
        boxes.append(Box(["akis2:blocked"]))
        return boxes[-1]

    yield make
    for box in boxes:
        box.close()


class Environment:
    """A virtual environment with the wheel in it: of this system, or of a root elsewhere."""

    def __init__(self, folder: Path, wheel: Path, root: Path | None = None) -> None:
        self.root, self.folder = root, folder
        # Nothing is fetched, nothing is built; what is in PATH of this system could compile, so nothing is in it.
        pip = [folder / "bin" / "python", "-m", "pip", "install", "--disable-pip-version-check", "--no-index", "--no-cache-dir",
               "--only-binary=:all:", self.brought(wheel)]
        checked(*self._enter(), "/usr/bin/python3", "-m", "venv", folder)
        self.said = checked(*self._enter(), *pip, env={"PATH": "/nonexistent" if root is None else PLAIN["PATH"]})

    def argv(self, box: Box | None, *words: Path | str) -> list[str]:
        """How its Python is run; in a root, programs are brought there, and the sandbox's folder is at the same place."""
        return [*self._enter(*([box.folder] if box else [])), str(self.folder / "bin" / "python"), "-I",
                *(self.brought(word) if isinstance(word, Path) else word for word in words)]

    def brought(self, file: Path) -> str:
        """Where it finds a file of this tree: in a root, a copy of it."""
        if self.root is None:
            return str(file)
        place = Path("project") / (file.relative_to(ROOT) if file.is_relative_to(ROOT) else file.name)
        (self.root / place).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, self.root / place)
        return f"/{place}"

    def _enter(self, *folders: Path) -> list[str]:
        return [] if self.root is None else inside(self.root, *folders)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Debian 13 with its Python."""
    return unpacked(DEBIAN_13, tmp_path_factory.mktemp("trixie"))


@pytest.fixture(scope="module")
def in_13(root: Path, wheel: Path) -> Environment:
    return Environment(Path("/venv"), wheel, root)


@pytest.fixture(scope="module")
def in_12(tmp_path_factory: pytest.TempPathFactory, wheel: Path) -> Environment:
    return Environment(tmp_path_factory.mktemp("venv"), wheel)


def halves(box: Box, environment: Environment, env: Mapping[str, str | None]) -> dict[str, object]:
    """What halves.py says there."""
    values = {name: value for name, value in {**box.env, **env}.items() if value is not None}
    done = subprocess.run(environment.argv(box, HERE / "halves.py"), env=values, stdin=subprocess.DEVNULL, text=True,
                          capture_output=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, ""), done
    return json.loads(done.stdout)


def test_its_tag_is_what_auditwheel_prints(wheel: Path) -> None:
    said = " ".join(checked(TOOLS / "auditwheel", "show", wheel).split())
    [tag] = re.findall(r'consistent with the following platform tag: "(\w+)"', said)
    assert tag.startswith("manylinux_2_") and re.fullmatch(rf"kamupin-[\d.]+-cp39-abi3-{tag}\.whl", wheel.name)
    with zipfile.ZipFile(wheel) as archive:
        [name] = [name for name in archive.namelist() if name.endswith(".dist-info/WHEEL")]
        assert re.findall(r"^Tag: (.*)$", archive.read(name).decode(), re.M) == [f"cp39-abi3-{tag}"]


def test_it_uses_nothing_but_the_stable_abi(wheel: Path) -> None:
    told = json.loads(checked(TOOLS / "abi3audit", "--strict", "--report", wheel))
    [module] = [row for spec in told["specs"].values() for row in spec["wheel"]]
    assert module["name"] == "_native.abi3.so"
    assert (module["result"]["baseline"], module["result"]["is_abi3_baseline_compatible"]) == ("3.9", True)


def test_it_needs_libc_alone_and_says_what_it_has_inside(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        module = archive.extract("kamupin/_native.abi3.so", tmp_path)
        texts = {Path(name).name: archive.read(name).decode() for name in archive.namelist() if ".dist-info/licenses/" in name}
    needed = set(re.findall(r"\(NEEDED\).*\[(.*)\]", checked("readelf", "-d", module)))
    assert needed <= {"libc.so.6", "libgcc_s.so.1", "ld-linux-x86-64.so.2"}
    # An OpenSSL that the interpreter has loaded already is not ours, and ours is not its.
    assert [line.split()[-1] for line in checked("nm", "-D", "--defined-only", module).splitlines()] == ["PyInit__native"]
    inside = dict(line.split() for line in texts["versions"].splitlines())
    assert set(inside) == {"openssl", "curl", "nghttp2", "jansson"} and set(texts) == {"LICENSE", "versions", *inside}
    binary = Path(module).read_bytes()
    for name, mark in {"openssl": "OpenSSL {} ", "curl": "\0{}\0"}.items():
        assert mark.format(inside[name].split("-")[0]).encode() in binary, name


def test_it_installs_and_imports_on_two_pythons(in_12: Environment, in_13: Environment, sandbox: Callable[[], Box]) -> None:
    box = sandbox()
    versions = []
    for environment in (in_12, in_13):
        assert "Successfully installed kamupin-" in environment.said
        told = halves(box, environment, {})
        assert str(told["file"]).startswith(str(environment.folder))
        versions.append(tuple(told["python"]))  # type: ignore[arg-type]
    assert len(set(versions)) == 2 and all(version >= (3, 9) for version in versions), versions


def test_the_smoke_tests_pass_on_both(in_12: Environment, in_13: Environment) -> None:
    for environment in (in_12, in_13):
        environment.brought(ROOT / "docs/abi/symbols.txt")
        said = checked(*environment.argv(None, ROOT / "tests/bindings/test_python_smoke.py"), env=PLAIN)
        assert re.search(r"^OK$", said, re.M), said


def test_its_command_says_what_is_inside(in_13: Environment, wheel: Path) -> None:
    told = json.loads(checked(*in_13.argv(None, "-m", "kamupin", "version", "--json"), env=PLAIN))
    with zipfile.ZipFile(wheel) as archive:
        [versions] = [archive.read(name).decode() for name in archive.namelist() if name.endswith("/licenses/versions")]
    inside = dict(line.split() for line in versions.splitlines())
    assert inside and inside.items() <= told.items()


def test_without_pcsc_the_service_answers_and_the_readers_say_what_to_install(in_13: Environment, root: Path,
                                                                              sandbox: Callable[[], Box]) -> None:
    assert not [path for path in root.rglob("libpcsclite*")] and not [path for path in root.rglob("libcurl*")]
    assert not [name for name in ("cc", "gcc", "g++", "clang", "make", "cmake") if (root / "usr/bin" / name).exists()]
    told = halves(sandbox(), in_13, {})
    assert told["readers"] == "READER_SERVICE_DOWN" and "apt install pcscd" in str(told["remedy"])
    assert told["service"] == "ON_THE_WAY"


def test_the_systems_cas_are_believed_and_no_others(in_13: Environment, root: Path, sandbox: Callable[[], Box]) -> None:
    box = sandbox()
    assert str(halves(box, in_13, {"KAMUPIN_CA_FILE": None})["service"]).startswith("TLS_")
    before = (root / CAS).read_bytes()
    try:
        (root / CAS).write_bytes(before + Path(box.env["KAMUPIN_CA_FILE"]).read_bytes())
        assert halves(box, in_13, {"KAMUPIN_CA_FILE": None})["service"] == "ON_THE_WAY"
        # Where Fedora has them, when that is the only place.
        (root / "etc/pki/tls/certs").mkdir(parents=True)
        (root / CAS).rename(root / "etc/pki/tls/certs/ca-bundle.crt")
        assert halves(box, in_13, {"KAMUPIN_CA_FILE": None})["service"] == "ON_THE_WAY"
    finally:
        shutil.rmtree(root / "etc/pki", ignore_errors=True)
        (root / CAS).write_bytes(before)


def test_an_unblock_by_the_wheel_is_the_one_by_the_build(in_12: Environment, in_13: Environment, root: Path) -> None:
    client = ROOT / "tests/bindings/client.py"
    wanted = None
    with with_pcsc(root):
        for environment in (None, in_12, in_13):
            with Box(["akis2:blocked"]) as box:
                argv = ["/usr/bin/python3", str(client)] if environment is None else environment.argv(box, client)
                seen = unblocked(box, [*argv, "unblock"])
                wanted = wanted or seen
                assert seen == wanted, environment and environment.root


def test_the_source_archive_builds_with_the_systems_libraries(tmp_path: Path, sandbox: Callable[[], Box]) -> None:
    env = os.environ | {"PATH": f"{TOOLS}{os.pathsep}{os.environ['PATH']}"}
    checked(TOOLS / "python", "-m", "pip", "wheel", "--disable-pip-version-check", "--no-index", "--no-deps", "--no-build-isolation",
            "-w", tmp_path, only("*.tar.gz"), env=env)
    [made] = tmp_path.glob("*.whl")
    environment = Environment(tmp_path / "venv", made)
    [module] = environment.folder.rglob("_native.abi3.so")
    assert "libcrypto.so.3" in checked("readelf", "-d", module)
    told = halves(sandbox(), environment, {})
    assert (told["readers"], told["service"]) == (2, "ON_THE_WAY")
