"""The commands of the operator.

1. `init` makes a server that `status` describes; a directory that holds anything is left alone.
2. A project file that does not hold makes no server.
3. An address other than loopback gets a certificate, whose fingerprint the invitation pins; without one it is not
   served.
4. `invite` refuses before the server is certified, and says what an invited coordinator still needs.
5. `devices` shows the words to compare, `revoke` ends a device.
6. Everything has a JSON form; problems go to standard error with the exit code of the family.
"""

from __future__ import annotations

import json
import ssl
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from forms.problems import ExitCode
from server.__main__ import main
from server.addresses import Address, read_address
from server.certificates import fingerprint, make_certificate
from server.problems import OperatorProblem
from sync import projects
from sync.identity import words
from sync.invitations import Invitation
from tests.server.worlds import Project, finalised


@pytest.fixture
def project_file(tmp_path: Path) -> Path:
    made = projects.found("Village talks", datetime(2026, 3, 1, tzinfo=UTC))
    file = tmp_path / "talks.project"
    text = projects.public_file(made.project, made.name, made.key.public, made.statements)
    file.write_text(text, encoding="utf-8")
    return file


def run(*arguments: object) -> int:
    return main([str(argument) for argument in arguments])


def test_init_makes_a_server_that_status_describes(
    tmp_path: Path, project_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "data"
    assert run("init", "--project", project_file, "--data", data, "--json") == ExitCode.DONE
    made = json.loads(capsys.readouterr().out)
    assert (made["name"], made["address"], made["tls_fingerprint"], made["statements"]) == (
        "Village talks",
        "http://127.0.0.1:8443",
        None,
        2,
    )
    assert run("status", "--data", data, "--json") == ExitCode.DONE
    status = json.loads(capsys.readouterr().out)
    assert (status["certified"], status["segments"], status["forms"]) == (False, 0, [])


def test_a_directory_that_holds_a_server_is_left_alone(
    tmp_path: Path, project_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "data"
    run("init", "--project", project_file, "--data", data)
    before = {file.name: file.read_bytes() for file in data.iterdir()}
    capsys.readouterr()
    assert run("init", "--project", project_file, "--data", data, "--json") == ExitCode.SERVER
    assert json.loads(capsys.readouterr().err)["problem"]["code"] == "SERVER-101"
    assert {file.name: file.read_bytes() for file in data.iterdir()} == before


def test_a_project_file_whose_signatures_do_not_hold_makes_no_server(
    tmp_path: Path, project_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content = json.loads(project_file.read_text(encoding="utf-8"))
    content["statements"][1] = content["statements"][1][:-4] + "AAAA"
    project_file.write_text(json.dumps(content), encoding="utf-8")
    assert run("init", "--project", project_file, "--data", tmp_path / "data") == ExitCode.SERVER
    assert "SERVER-103" in capsys.readouterr().err
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("command", ["status", "devices", "serve", "invite --role recorder", "revoke abc"])
def test_a_directory_without_a_server_is_told(
    tmp_path: Path, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*command.split(), "--data", tmp_path / "nowhere") == ExitCode.SERVER
    assert "SERVER-102" in capsys.readouterr().err


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps rights elsewhere")
def test_keys_are_readable_by_their_owner_alone(tmp_path: Path, project_file: Path) -> None:
    data = tmp_path / "data"
    data.mkdir(mode=0o755)
    run("init", "--project", project_file, "--data", data, "--address", "192.0.2.7:9000")
    assert data.stat().st_mode & 0o077 == 0
    for name in ("receipt.key", "tls-key.pem"):
        assert (data / name).stat().st_mode & 0o077 == 0


def test_nobody_is_invited_before_the_server_is_certified(
    tmp_path: Path, project_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run("init", "--project", project_file, "--data", tmp_path / "data")
    assert run("invite", "--data", tmp_path / "data", "--role", "recorder") == ExitCode.SERVER
    assert "SERVER-108" in capsys.readouterr().err


async def test_an_invitation_pins_project_and_certificate(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    await project.coordinator()
    made = make_certificate("192.0.2.7", project.clock.now)
    project.settings.certificate_file.write_bytes(made.certificate)
    arguments = ("--address", "192.0.2.7:9000", "--role", "trainer", "--json")
    assert run("invite", "--data", project.settings.data, *arguments) == ExitCode.DONE
    invitation = Invitation.decode(json.loads(capsys.readouterr().out)["invitation"])
    assert (invitation.address, invitation.role) == ("https://192.0.2.7:9000", "trainer")
    assert invitation.tls_fingerprint == fingerprint(made.certificate)
    assert invitation.project == project.made.project


async def test_who_is_invited_as_a_coordinator_is_told_what_is_still_needed(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    await project.coordinator()
    assert run("invite", "--data", project.settings.data, "--role", "coordinator") == ExitCode.DONE
    assert "--as coordinator" in capsys.readouterr().out


async def test_devices_are_shown_with_the_words_to_compare(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    device = await project.recorder_of_certified()
    run("devices", "--data", project.settings.data)
    (line,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith(device.id)]
    assert " ".join(words(device.key.public, device.age.recipient)) in line
    assert "recorder" in line
    assert "pending" in line


async def test_a_revoked_device_is_refused_and_what_it_sent_stays(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    device = await project.recorder_of_certified()
    await project.pushed(device, finalised())
    for _ in range(2):
        assert run("revoke", device.id[:12], "--data", project.settings.data, "--json") == ExitCode.DONE
    assert (await project.get(device, "/v1/hello")).status_code == 401
    capsys.readouterr()
    run("status", "--data", project.settings.data, "--json")
    status = json.loads(capsys.readouterr().out)
    assert (status["devices"]["revoked"], status["changes"]["accepted"], status["submissions"]) == (1, 1, 1)


@pytest.mark.parametrize("prefix", ["", "zz", "%"])
async def test_only_one_device_is_revoked_at_a_time(
    project: Project, prefix: str, capsys: pytest.CaptureFixture[str]
) -> None:
    await project.recorder_of_certified()
    assert run("revoke", prefix, "--data", project.settings.data) == ExitCode.SERVER
    assert "SERVER-107" in capsys.readouterr().err


def test_an_address_for_others_is_not_served_without_a_certificate(
    tmp_path: Path, project_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "data"
    run("init", "--project", project_file, "--data", data)
    assert run("serve", "--data", data, "--address", "0.0.0.0:0") == ExitCode.SERVER
    assert "SERVER-104" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "host", "port", "url"),
    [
        ("127.0.0.1", "127.0.0.1", 8443, "http://127.0.0.1:8443"),
        ("localhost:80", "localhost", 80, "http://localhost:80"),
        ("::1", "::1", 8443, "http://[::1]:8443"),
        ("[2001:db8::1]:9000", "2001:db8::1", 9000, "https://[2001:db8::1]:9000"),
        ("https://sync.example.org/", "sync.example.org", 8443, "https://sync.example.org:8443"),
        ("0.0.0.0:0", "0.0.0.0", 0, "https://0.0.0.0:0"),
    ],
)
def test_an_address_is_read_in_any_usual_spelling(text: str, host: str, port: int, url: str) -> None:
    assert read_address(text) == Address(host, port)
    assert read_address(text).url == url


@pytest.mark.parametrize(
    "text",
    ["", "a b:c", "host:port", "host:99999", "http://192.0.2.7:80", "https://127.0.0.1", "ftp://h", "h/path"],
)
def test_what_is_no_address_is_told(text: str) -> None:
    with pytest.raises(OperatorProblem) as caught:
        read_address(text)
    assert caught.value.code == "SERVER-105"


def test_the_certificate_is_one_that_python_can_serve(tmp_path: Path) -> None:
    made = make_certificate("192.0.2.7", datetime(2026, 3, 1, tzinfo=UTC))
    (tmp_path / "both.pem").write_bytes(made.certificate + made.private_key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "both.pem")
    assert len(fingerprint(made.certificate)) == 64
