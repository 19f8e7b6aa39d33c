"""What the tables of a study share in ISA-JSON: protocols, parameters, factors, categories, units, and samples."""

from __future__ import annotations

from urllib.parse import quote as quoted

from bionb.isatab.exchange.isajson.sections import Entry, Json, to_object
from bionb.isatab.exchange.isajson.values import UNDECLARED


class Declared:
    """What all tables of a study share: protocols, parameters, factors, categories, units, and samples by name."""

    def __init__(self, study: int, found: dict[tuple[str, int], list[Entry]]) -> None:
        self._study = study
        self.samples: dict[str, str] = {}
        self.samples_elsewhere: list[Json] = []
        self._categories: dict[str, Json] = {}
        self._units: dict[tuple[str, ...], Json] = {}
        self._protocols = [to_object("protocols", each) for each in found.get(("protocols", study), [])]
        self._factors = [to_object("factors", each) for each in found.get(("factors", study), [])]
        self._parameters: dict[tuple[str, str], str] = {}
        self._by_name: dict[str, Json] = {}
        for number, each in enumerate(self._protocols, 1):
            each["@id"] = f"#protocol/{study}-{number}"
            self._by_name.setdefault(each["name"], each)
            for place, parameter in enumerate(each["parameters"], 1):
                parameter["@id"] = f"#parameter/{study}-{number}-{place}"
                name = parameter["parameterName"]["annotationValue"]
                self._parameters.setdefault((each["@id"], name), parameter["@id"])
        for number, each in enumerate(self._factors, 1):
            each["@id"] = f"#factor/{study}-{number}"
        self._factor_ids = {each["factorName"]: each["@id"] for each in reversed(self._factors)}

    def declared(self) -> Json:
        """Return the lists that the study declares."""
        return {
            "protocols": self._protocols,
            "factors": self._factors,
            "characteristicCategories": list(self._categories.values()),
            "unitCategories": list(self._units.values()),
        }

    def protocol(self, name: str, id_: str = "") -> str:
        """Return the id of a protocol; one that is not declared is, for JSON alone."""
        key = id_ or name
        if key not in self._by_name:
            id_ = id_ or f"{UNDECLARED}protocol/{quoted(name, safe='')}"
            self._by_name[key] = {"@id": id_, "name": name, "protocolType": _annotation(name), "parameters": []}
            self._protocols.append(self._by_name[key])
        return str(self._by_name[key]["@id"])

    def parameter(self, protocol: str, label: str) -> str:
        """Return the id of a parameter of a protocol."""
        if (protocol, label) not in self._parameters:
            home = next(each for each in self._protocols if each["@id"] == protocol)
            id_ = f"{UNDECLARED}parameter/{quoted(home['name'], safe='')}/{quoted(label, safe='')}"
            home["parameters"].append({"@id": id_, "parameterName": _annotation(label)})
            self._parameters[protocol, label] = id_
        return str(self._parameters[protocol, label])

    def factor(self, label: str) -> str:
        """Return the id of a factor."""
        if label not in self._factor_ids:
            id_ = self._factor_ids[label] = f"{UNDECLARED}factor/{quoted(label, safe='')}"
            self._factors.append({"@id": id_, "factorName": label, "factorType": _annotation("")})
        return str(self._factor_ids[label])

    def category(self, label: str) -> str:
        """Return the id of a characteristic."""
        id_ = f"#characteristic/{self._study}/{quoted(label, safe='')}"
        self._categories.setdefault(label, {"@id": id_, "characteristicType": _annotation(label)})
        return id_

    def unit(self, text: str, terms: dict[str, str]) -> str:
        """Return the id of a unit with its terms."""
        key = (text, *(f"{name}={term}" for name, term in terms.items()))
        if key not in self._units:
            id_ = f"#unit/{self._study}-{len(self._units) + 1}"
            self._units[key] = {"@id": id_, "annotationValue": text} | terms
        return str(self._units[key]["@id"])

    def used(self) -> Json:
        """Return the lists that an assay declares: those of its study, since ids are the study's."""
        return {"characteristicCategories": list(self._categories.values()), "unitCategories": [*self._units.values()]}


def _annotation(text: str) -> Json:
    return {"annotationValue": text, "termAccession": "", "termSource": ""}
