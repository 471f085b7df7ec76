import pytest

from tallystick.dataverse.batch import ChangeSet, Operation, Part, decode, encode

REPLY = (
    b"--batchresponse_1\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n"
    b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nETag: W/"7"\r\n\r\n{"name":"A --batchresponse_1 B"}\r\n'
    b"--batchresponse_1\r\nContent-Type: multipart/mixed; boundary=changesetresponse_2\r\n\r\n"
    b"--changesetresponse_2\r\nContent-Type: application/http\r\nContent-ID: 1\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n\r\n"
    b"--changesetresponse_2\r\nContent-Type: application/http\r\nContent-ID: 2\r\n\r\n"
    b'HTTP/1.1 200 OK\r\n\r\n{"last":true}\r\n--changesetresponse_2--\r\n'
    b"--batchresponse_1\r\nContent-Type: application/http\r\n\r\n"
    b'HTTP/1.1 429 Too Many Requests\r\nRetry-After: 7\r\n\r\n{"error":{}}\r\n--batchresponse_1--\r\n'
)


def test_the_answers_come_in_order_and_a_change_set_answers_with_its_last() -> None:
    parts = decode(REPLY, 'multipart/mixed; boundary="batchresponse_1"')
    assert [part.status for part in parts] == [200, 200, 429]
    assert parts[0].body == b'{"name":"A --batchresponse_1 B"}'
    assert parts[0].headers["etag"] == 'W/"7"'
    assert parts[1] == Part(200, {}, b'{"last":true}')
    assert parts[2].headers["retry-after"] == "7"


def test_every_line_of_a_request_ends_as_the_service_wants_it() -> None:
    change_set = ChangeSet((Operation("POST", "/x", {}, b"{}"), Operation("PATCH", "/x(1)", {"If-Match": "*"}, b"{}")))
    body = encode([Operation("DELETE", "/x(1)", {"If-Match": 'W/"1"'}), change_set], "b")
    assert body.count(b"\n") == body.count(b"\r\n")
    assert body.startswith(b"--b\r\nContent-Type: application/http\r\n")
    assert body.endswith(b"--b--\r\n")
    assert b'DELETE /x(1) HTTP/1.1\r\nAccept: application/json\r\nIf-Match: W/"1"\r\n\r\n\r\n--b\r\n' in body
    assert b"boundary=changeset_1_b" in body
    assert b"Content-ID: 2\r\n\r\nPATCH /x(1) HTTP/1.1\r\n" in body


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"{}", "multipart/mixed"),
        (b"{}", "multipart/mixed; boundary=b"),
        (b"--b\r\nContent-Type: application/http\r\n\r\nnonsense\r\n--b--\r\n", "multipart/mixed; boundary=b"),
    ],
)
def test_what_is_no_batch_reply_is_said_to_be_none(body: bytes, content_type: str) -> None:
    with pytest.raises(ValueError):
        decode(body, content_type)
