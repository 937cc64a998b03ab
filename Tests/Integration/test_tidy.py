"""The tidy check sees what it is there for."""
import pytest

import tidy


def body(lines, indent):
    return "\n".join([f"{indent}let n = 1"] * lines)


CASES = {
    "a.swift": ("func f(\n    _ x: Int\n) -> Int {\n" + body(68, "    ") + "\n}\n", "f: 72 lines"),
    "b.swift": ("struct S {\n    var value: Int {\n" + body(70, "        ") + "\n    }\n}\n", "value: 72 lines"),
    "c.swift": ("struct A {\n" + body(90, "    ") + "\n}\n\nfinal class B {\n" + body(70, "    ") + "\n}\n", "B: 72 lines beside A"),
    "d.swift": ("\n" * 501, "501 lines; a file"),
    "e.swift": ("// TO" "DO later\n", "e.swift:1: TO" "DO"),
    "f.py": ("def f():\n" + body(71, "    ").replace("let ", "") + "\n", "f: 72 lines"),
}
FINE = {
    "g.swift": "protocol P {\n    func f() -> Int\n    var n: Int { get }\n}\n\nfunc f() {\n" + body(68, "    ") + "\n}\nextension P {\n" + body(100, "    ") + "\n}\n",
    "h.swift": "struct A {\n" + body(90, "    ") + "\n}\n\nprivate struct B {\n" + body(90, "    ") + "\n}\n",
}


def told(tmp_path, monkeypatch, name, text):
    monkeypatch.setattr(tidy, "ROOT", tmp_path)
    path = tmp_path / "Sources" / name
    path.parent.mkdir()
    path.write_text(text)
    return [f"{where}: {what}" for where, what, _ in tidy.problems(path)]


@pytest.mark.parametrize("name", CASES)
def test_it_tells_what_is_too_long_or_left_undone(tmp_path, monkeypatch, name):
    text, expected = CASES[name]
    found = told(tmp_path, monkeypatch, name, text)
    assert len(found) == 1 and expected in found[0], found


@pytest.mark.parametrize("name", FINE)
def test_it_leaves_the_rest_alone(tmp_path, monkeypatch, name):
    assert told(tmp_path, monkeypatch, name, FINE[name]) == []
