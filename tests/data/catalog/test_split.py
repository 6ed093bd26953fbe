"""Splits by hash: pinned for ever, of the shares asked for, alike for alike names."""

from coview.data.catalog.reading.split import fraction, split_by_hash


def test_a_name_always_falls_on_the_same_place():
    # the first 8 bytes of blake2b("cook"): scores on record refer to these splits
    assert fraction("cook") == 0xB5E3AD14594D5F2F / 2**64


def test_shares_are_those_asked_for():
    split = split_by_hash([f"name {i}" for i in range(20_000)])
    shares = [split.count(part) / len(split) for part in ("train", "valid", "test")]
    assert all(abs(share - asked) < 0.01 for share, asked in zip(shares, (0.7, 0.1, 0.2), strict=True))


def test_the_same_name_never_falls_apart():
    assert len(set(split_by_hash(["cook"] * 5))) == 1
