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
                        "preserveColors": true
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
                .heading("Options by kind"),
                .table(
                    head: ["kind", "options"],
                    rows: [
                        ["`enroll`", "`person` (required), `detectionScore`"],
                        ["`verify`", "`person` or `reference` (a picture's path), `threshold`, `detectionScore`"],
                        [
                            "`identify`",
                            "`top` (candidates a face lists, 3), `annotate` (true), `threshold`, `detectionScore`",
                        ],
                        [
                            "`stylize`",
                            """
                            `styles` (required; each a `name` or a `picture`, and a `weight`), `preset`, `size`, `iterations`, \
                            `contentWeight`, `styleWeight`, `tvWeight`, `contentLayers`, `styleLayers` (names, or an object of \
                            weights), `network`, `optimizer`, `learningRate`, `start`, `seed`, `lossInterval`, \
                            `preserveColors`, `format`, `quality`
                            """,
                        ],
                    ]),
            ])
    }
}
