"""Lines: whatever way a connection cuts the stream into chunks, the same lines come out."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from exporter.watch.lines import TooLong, whole_lines

lines = st.lists(st.binary(min_size=1, max_size=40).map(lambda line: line.replace(b"\n", b"_")), max_size=20)


@given(lines, st.lists(st.integers(0, 900), max_size=30))
def test_every_way_to_cut_the_stream_gives_the_same_lines(expected: list[bytes], cuts: list[int]) -> None:
    stream = b"".join(line + b"\n" for line in expected)
    places = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    blocks = list(whole_lines([stream[begin:end] for begin, end in pairwise(places)]))
    assert b"".join(each for each in blocks if isinstance(each, bytes)) == stream
    assert all(isinstance(each, bytes) and each.endswith(b"\n") for each in blocks)


def test_lines_that_arrive_together_are_given_together() -> None:
    assert list(whole_lines([b"a\nb\nc", b"c\nd\n"])) == [b"a\nb\n", b"cc\nd\n"]


def test_half_a_line_at_the_end_is_left_out() -> None:
    assert list(whole_lines([b'{"a":1}\n{"b"'])) == [b'{"a":1}\n']


def test_a_line_of_megabytes_is_whole() -> None:
    line = b"x" * 4_000_000
    pieces = [line[begin : begin + 65_536] for begin in range(0, len(line), 65_536)]
    assert list(whole_lines([*pieces, b"\nnext\n"])) == [line + b"\nnext\n"]


def test_a_line_over_the_limit_is_read_to_its_end_and_not_kept() -> None:
    pieces = [b"x" * 60, b"x" * 60 + b"\nnext\n"]
    assert list(whole_lines(pieces, limit=100)) == [TooLong(120), b"next\n"]
    assert list(whole_lines([b"x" * 60, b"x" * 60, b"\n", b"next\n"], limit=100)) == [TooLong(120), b"next\n"]
