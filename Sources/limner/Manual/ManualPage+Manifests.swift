import Wire

extension ManualPage {
    /// limner-manifest(5): jobs as JSON, with the options of each kind.
    static var manifests: ManualPage {
        ManualPage(
            name: "limner-manifest", section: 5, file: "manifests", summary: "jobs as JSON",
            parts: [
                .heading("Description"),
                .text(
                    """
                    A manifest is a JSON file, anywhere in the inbox. It gives options that a folder cannot, and binds several \
                    files to one job:
                    """),
                .code(
                    """
                    {
                      "limner": 1,
                      "kind": "stylize",
                      "inputs": ["beach.jpg"],
                      "options": {
                        "styles": [{ "picture": "wave.jpg", "weight": 2 }, { "name": "woodcut" }],
                        "size": 640,
                        "colors": "content"
                      },
                      "priority": 10,
                      "id": "beach-as-wave"
                    }
                    """),
                .text(
                    """
                    Paths are relative to the manifest. They never hold `..`, never pass through a symbolic link, and may name \
                    pictures that have not arrived yet: the job waits for them, `intake.manifestWait` long. With `id`, dropping \
                    the manifest again is the same job. Every mistake is told with its line; an unknown key is one, and names \
                    the nearest known key. The JSON Schema is `Sources/Wire/Schemas/manifest.schema.json`.
                    """),
            ]
                + JobKind.allCases.flatMap { kind -> [Part] in
                    [
                        .heading("Options of \(kind.rawValue)"), .text(kind.facts.summary),
                        .table(
                            head: ["option", "value", "default", "also as", "meaning"],
                            rows: options(of: kind).map { row($0, of: kind) }),
                    ]
                })
    }

    /// What a manifest of a kind can say, in today's words.
    private static func options(of kind: JobKind) -> [JobOption] {
        kind.options.filter { $0.places.contains(.manifest) && $0.modernise == nil }
    }

    private static func row(_ option: JobOption, of kind: JobKind) -> [String] {
        let presets = option.presets.map { presets in
            " Only with "
                + StylePreset.allCases.filter(presets.contains).map { "`\($0.rawValue)`" }.joined(separator: ", ")
                + "."
        }
        let places: [(JobOption.Place, String)] = [
            (.commandLine, "`--\(option.flag)`"), (.styleFile, "`style.json`"), (.folder, "the folder"),
        ]
        let needs = kind.facts.needs
        let needed =
            needs.count > 1 ? "one of " + needs.map { "`\($0)`" }.joined(separator: ", ") + " is needed" : "needed"
        return [
            "`\(option.key)`", option.expected, option.defaultText ?? (needs.contains(option.key) ? needed : ""),
            places.filter { option.places.contains($0.0) }.map(\.1).joined(separator: ", "),
            option.summary + (presets ?? ""),
        ]
    }
}
