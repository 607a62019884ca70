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
                    the nearest known key where there is one. The JSON Schema is `Sources/Wire/Schemas/manifest.schema.json`.
                    """),
                .text(
                    """
                    The last part of an input of `stylize` may be a pattern, `"frames/frame-*.png"`, in which `*` is any run of bytes \
                    and `?`, beside a `*`, any one: what it matches are the frames of a film, `frameRate` of them a second (25 unless it is given), in \
                    the order of the numbers in their names. All have one size, and nothing of them may have changed for ten times \
                    `intake.stability`.
                    """),
                .text(
                    """
                    Corrections of what jobs answered are manifests of the kind `feedback`, which name no pictures. Each is made or \
                    refused by itself, and the report tells what became of it; where none can be made, the job is quarantined. \
                    `limner gallery undo` takes all corrections of a manifest back at once. Faces have their numbers from the reports.
                    """),
                .code(
                    """
                    {
                      "limner": 1,
                      "kind": "feedback",
                      "options": {
                        "corrections": [
                          { "verdict": "deny", "job": "20260314T150926Z-9f3a-party", "face": 1, "person": "ada" },
                          { "verdict": "confirm", "job": "20260314T150926Z-9f3a-party", "face": 2, "person": "eve" }
                        ]
                      }
                    }
                    """),
            ]
                + JobKind.allCases.flatMap { kind -> [Part] in
                    [
                        .heading("Options of \(kind.rawValue)"), .text(kind.facts.summary),
                        .table(
                            head: ["option", "value", "default", "also as", "meaning"],
                            rows: options(of: kind).map { row($0, of: kind) }),
                    ]
                }
                + [
                    .heading("Masks"),
                    .text(
                        """
                        With `mask`, a style is painted in a region of its own. The mask is a picture of any size and format, stretched \
                        to the photograph: where it is white its style applies, where it is black or transparent it does not, and grey \
                        is soft. Styles without a mask are blended and paint what the masks leave; where there are none, that stays as \
                        it is. The weight of a style with a mask is a factor on its strength; styles with the same mask are blended in \
                        it. `styleMask` is white in the part of the style picture that is meant. Built-in styles have no masks.
                        """),
                    .code(
                        """
                        "styles": [{ "picture": "waves.jpg", "mask": "sky.png" }, { "name": "night-wind" }]
                        """),
                    .text(
                        """
                        `segments` part photograph and styles by colour instead: each pixel belongs to the nearest of blue, green, \
                        black, white, red, yellow, grey, light blue and purple, and what has a colour in the photograph is painted \
                        after what has it in the styles, or after the whole of a style that lacks it. Every style then has `segments` \
                        of its own.
                        """),
                    .code(
                        """
                        "styles": [{ "picture": "dusk.jpg", "segments": "dusk-parts.png" }], "segments": "beach-parts.png"
                        """),
                    .text(
                        """
                        Without any masks, `"clusters": 4` finds up to four regions by itself: sky is painted after sky and walls after walls, \
                        as far as a network finds them alike. What the styles have nothing of joins its nearest. The `clusters` of a \
                        recipe are left out for films and for jobs with masks, and all options of recipes where several styles are blended; \
                        reports say so under `ignored`, as of every option that was given and that the painting does not look at.
                        """),
                    .heading("From one style to another"),
                    .text(
                        """
                        `"blend": 9` paints nine pictures of a photograph on the way from the first style to the last, each by other \
                        shares: the first after the one alone, the last after the other, `blend-1` to `blend-9` by name. Between several \
                        styles the way leads through all of them.
                        """),
                    .heading("Built-in styles"),
                    .text(
                        """
                        These need no file: a network paints each in one pass. The name or the alias stands wherever a style is named: \
                        in a manifest's `styles`, as a folder of `inbox/stylize/`, behind `--style`, and in a recipe's `numbered`. A \
                        style of one's own of the same name goes before. `limner styles sheet PICTURE` paints a picture in all of them.
                        """),
                    .table(
                        head: ["name", "alias", "what a photograph becomes"],
                        rows: BuiltInStyle.all.map { ["`\($0.name)`", "`\($0.alias)`", $0.look] }),
                ])
    }

    /// What a manifest of a kind can say, in today's words.
    private static func options(of kind: JobKind) -> [JobOption] {
        kind.options.filter { $0.places.contains(.manifest) && $0.modernise == nil }
    }

    private static func row(_ option: JobOption, of kind: JobKind) -> [String] {
        // Other kinds know no presets.
        let use = (kind == .stylize ? option.use : nil).map { " \($0.text)" } ?? ""
        let places: [(JobOption.Place, String)] = [
            (.commandLine, "`--\(option.flag)`"), (.styleFile, "`style.json`"), (.folder, "the folder"),
        ]
        let needs = kind.facts.needs
        let needed =
            needs.count > 1 ? "one of " + needs.map { "`\($0)`" }.joined(separator: ", ") + " is needed" : "needed"
        return [
            "`\(option.key)`", option.expected, option.defaultText ?? (needs.contains(option.key) ? needed : ""),
            places.filter { option.places.contains($0.0) }.map(\.1).joined(separator: ", "),
            option.summary + use,
        ]
    }
}
