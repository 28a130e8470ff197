"""HTTP chunks: however the connection cuts them up, the same content comes out."""

from itertools import islice, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.watch.frames import unframed


def framed(contents: list[bytes], end: bytes = b"0\r\n\r\n") -> bytes:
    return b"".join(b"%x\r\n%b\r\n" % (len(each), each) for each in contents) + end


def cut_up(stream: bytes, cuts: list[int]) -> list[bytes]:
    places = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    return [stream[begin:end] for begin, end in pairwise(places)]


contents = st.lists(st.binary(min_size=1, max_size=40), max_size=20)
cuts = st.lists(st.integers(0, 900), max_size=30)


@given(contents, cuts, st.sampled_from([b"0\r\n\r\n", b"0;last\r\nTrailer: 1\r\n\r\n"]))
def test_every_way_to_cut_the_stream_gives_the_same_content(
    expected: list[bytes], places: list[int], end: bytes
) -> None:
    pieces = cut_up(framed(expected, end), places)
    assert b"".join(unframed(pieces)) == b"".join(expected)


@given(contents, cuts)
def test_a_stream_without_its_last_chunk_gives_what_it_has_and_says_that_it_was_cut(
    expected: list[bytes], places: list[int]
) -> None:
    content = unframed(cut_up(framed(expected, end=b""), places))
    taken = list(islice(content, len(list(unframed(cut_up(framed(expected), places))))))
    assert b"".join(taken) == b"".join(expected)
    with pytest.raises(ConnectionError):
        next(content)


def test_what_arrives_together_is_given_together() -> None:
    assert list(unframed([framed([b"a\n", b"b\n", b"c\n"])])) == [b"a\nb\nc\n"]


@pytest.mark.parametrize("nonsense", [b"no number\r\nx", b"\r\n\r\n", b"x" * 1000])
def test_a_chunk_that_does_not_say_how_long_it_is_is_refused(nonsense: bytes) -> None:
    with pytest.raises(ValueError, match=r"invalid literal|does not say"):
        list(unframed([nonsense]))
