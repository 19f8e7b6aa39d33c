"""Filters and queries: quotes where they belong, and long lists in several requests."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bionb.errors import ResponseError, UsageError
from bionb.platforms.odm.rules.filters import conditions, features, phrase, quoted, where
from bionb.platforms.odm.sandbox.language import full_text, parse

organism, age = where("Organism") == "Mus musculus", where("Age") > 11


@pytest.mark.parametrize(
    ("condition", "text"),
    [
        (organism, '"Organism"="Mus musculus"'),
        (where("Age") >= 3.5, '"Age">=3.5'),
        (where("Sex") != "F", '"Sex"!="F"'),
        (organism & age, '"Organism"="Mus musculus" AND "Age">11'),
        ((organism | age) & age, '("Organism"="Mus musculus" OR "Age">11) AND "Age">11'),
        (~organism, 'NOT ("Organism"="Mus musculus")'),
        (where('5" drive') == "a\\b", '"5\\" drive"="a\\\\b"'),
        (where("Id").isin(["a", "b"]) & age, '("Id"="a" OR "Id"="b") AND "Age">11'),
        (where("Age") <= 3, '"Age"<=3'),
        (where("Age") < 3, '"Age"<3'),
    ],
)
def test_conditions_are_written_with_quotes_and_brackets(condition, text):
    """Attribute names have blanks and slashes; without quotes the server misreads them."""
    assert text == str(condition)


def test_and_and_or_are_told_apart():
    """Python's own 'and' would silently drop one half."""
    with pytest.raises(TypeError, match="Combine conditions with & and"):
        bool(organism and age)


def test_long_lists_of_values_are_cut():
    """Everything travels in the address, whose length servers limit."""
    wanted = where("Sample Source ID").isin(f"S{n}" for n in range(250))

    assert [100, 100, 50] == [text.count("=") for text in conditions(wanted)]
    assert [100, 100, 50] == [text.count("=") for text in conditions(wanted & age)]
    assert [100, 100, 50] == [query.count(",") + 1 for query in features(f"G{n}" for n in range(250))]
    assert ["a"] == conditions("a")
    with pytest.raises(UsageError, match="no values"):
        where("x").isin([])
    with pytest.raises(UsageError, match="No features"):
        features([])


def test_features_and_phrases_are_quoted_where_needed():
    """A protein's name has blanks, a gene's has none."""
    assert ['feature.protein="Collagen I",Albumin'] == features(["Collagen I", "Albumin"], "protein")
    assert ['feature."Average Mz"=2.218'] == features("2.218", "Average Mz")
    assert r'"say \"yes\"" "a"' == phrase('say "yes"', "a")


@given(st.text(min_size=1), st.text(min_size=1))
def test_any_value_finds_itself(name, value):
    """Whatever stands in a cell, the quoted filter finds the record and no other."""
    test = parse(f"{quoted(name)}={quoted(value)}")

    assert test({name: value}.get)
    assert not test({name: value + "x"}.get)


RECORD = {"Organism": "Mus musculus", "Age": 12.0, "Raw": ["a.CEL", "b.CEL"], "x y": "1"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", True),
        ('Organism="Mus musculus" && Age>11', True),
        ("(Age > 30 AND Age < 50) || Organism != Human", True),
        ("Age > 30 OR Age = 12", True),
        ("10 < Age < 12", False),
        ("10 < Age <= 12", True),
        ("NOT Age=12", False),
        ("Raw=b.CEL", True),
        ("Raw=c.CEL,a.CEL", True),
        ('Organism =~ "musc"', True),
        ("Sex=null", True),
        ("Age>x", False),
        ('"x y"=1 Age=12', True),
    ],
)
def test_the_sandbox_understands_the_language(text, expected):
    """Notebooks and users write filters by hand as the guide shows them."""
    assert expected == parse(text)(RECORD.get)


@pytest.mark.parametrize("text", ["Age", "Age=", "(Age=1", "Age=1)", '"Age', "Age ~ 3"])
def test_a_broken_filter_is_refused_with_its_reason(odm, text):
    """A typo must not look like an empty result."""
    with pytest.raises(ResponseError, match="400.*filter or query is wrong"):
        odm.samples(text).first(1)


def test_full_text_knows_phrases_synonyms_and_narrower_terms():
    """The dictionary behind the server's search, in small."""
    record = {"Organism": "Mus musculus", "Disease": "colorectal cancer"}

    assert full_text("mouse cancer")(record)
    assert full_text('"colorectal cancer"')(record)
    assert not full_text('"cancer colorectal"')(record)
    assert not full_text("human")(record)
