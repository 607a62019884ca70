import Foundation
import TestSupport
import Testing

@testable import Wire

@Suite struct ManifestTests {
    private func parse(_ text: String) throws -> Manifest { try Manifest(parsing: Data(text.utf8)) }

    /// The mistakes of a text; empty when it is read.
    private func mistakes(_ text: String) -> [ManifestMistake] {
        do throws(ManifestError) {
            _ = try Manifest(parsing: Data(text.utf8))
            return []
        } catch {
            return error.mistakes
        }
    }

    @Test func readsEveryKind() throws {
        #expect(
            try parse(#"{"limner":1,"kind":"enroll","inputs":["a.jpg","sub/./b.png"],"options":{"person":"ada"}}"#)
                == Manifest(task: JobTask(.enroll, named: "ada"), inputs: ["a.jpg", "sub/b.png"]))
        #expect(
            try parse(
                #"{"limner":1,"kind":"verify","inputs":["a.jpg"],"options":{"reference":"b.jpg","threshold":0.4}}"#)
                == Manifest(
                    task: JobTask(.verify) {
                        $0.reference = "b.jpg"
                        $0.threshold = 0.4
                    }, inputs: ["a.jpg"]))
        #expect(
            try parse(#"{"limner":1,"kind":"identify","inputs":["a.jpg"],"priority":-7,"id":"mine"}"#)
                == Manifest(task: JobTask(.identify), inputs: ["a.jpg"], priority: -7, id: "mine"))
        let painting = JobTask(.stylize) {
            $0.styles = [
                StyleChoice(source: .name("wave")), StyleChoice(source: .picture("s/night.png"), weight: 0.25),
            ]
            $0.preset = .fine
            $0.size = 640
            $0.seed = .max
            $0.styleLayers = ["relu1_1": 1, "relu2_1": 0.5]
            $0.contentLayers = ["relu4_2": 1]
            $0.colors = .content
            $0.optimizer = .lbfgs
        }
        let manifest = try parse(
            """
            {"limner": 1, "kind": "stylize", "inputs": ["a.jpg"], "options": {
              "styles": [{"name": "wave"}, {"picture": "./s//night.png", "weight": 0.25}], "preset": "fine", "size": 640,
              "seed": 18446744073709551615, "styleLayers": {"relu1_1": 1, "relu2_1": 0.5}, "contentLayers": ["relu4_2"],
              "preserveColors": true, "optimizer": "lbfgs"}}
            """)
        #expect(manifest == Manifest(task: painting, inputs: ["a.jpg"]))
        #expect(manifest.pictures.map(\.path) == ["a.jpg", "s/night.png"])
        #expect(manifest.pictures.map(\.role) == [.picture, .style])
    }

    /// A megabyte each, which took up to an hour: keys, names and paths of combining marks, and many unknown keys.
    @Test func readingTakesTimeInProportionToTheText() {
        let marks = "a" + String(repeating: "\u{301}", count: 500_000)
        let unknown = (0..<45_000).map { #""styleWiegh\#($0)":0"# }.joined(separator: ",")
        let paths = (0..<900).map { #""\#(String(repeating: "é/", count: 300))\#($0).jpg""# }.joined(separator: ",")
        func manifest(_ member: String) -> String { #"{"limner":1,"kind":"identify","inputs":["a.jpg"],\#(member)}"# }
        for text in [
            manifest(#""\#(marks)":1"#), manifest(#""id":"\#(marks)""#), manifest(unknown),
            manifest(#""options":{\#(unknown)}"#), #"{"limner":1,"kind":"\#(marks)","inputs":["a"]}"#,
            #"{"limner":1,"kind":"identify","inputs":["\#(marks)"]}"#,
        ] {
            let found = mistakes(text)
            #expect((1...30).contains(found.count), "\(text.prefix(60)): \(found.count)")
        }
        #expect(mistakes(#"{"limner":1,"kind":"identify","inputs":[\#(paths)]}"#).isEmpty)
    }

    /// Text, where, code, and a part of the sentence.
    static let faulty: [(String, String, ErrorCode, String)] = [
        ("", "", .manifestInvalid, "not JSON"),
        ("{\"limner\": 1,", "", .manifestInvalid, "a key in double quotes"),
        ("[]", "", .manifestInvalid, "a list; expected an object"),
        (#"{"kind":"identify","inputs":["a"]}"#, "limner", .manifestInvalid, "\"limner\" is missing"),
        (#"{"limner":2,"kind":"identify","inputs":["a"]}"#, "limner", .manifestInvalid, "must be 1"),
        (#"{"limner":"1","kind":"identify","inputs":["a"]}"#, "limner", .manifestInvalid, "must be 1"),
        (#"{"limner":1,"inputs":["a"]}"#, "kind", .manifestInvalid, "\"kind\" is missing"),
        (#"{"limner":1,"kind":"identfy","inputs":["a"]}"#, "kind", .manifestInvalid, "did you mean \"identify\"?"),
        (#"{"limner":1,"kind":3,"inputs":["a"]}"#, "kind", .manifestInvalid, "a number; expected a string"),
        (#"{"limner":1,"kind":"identify"}"#, "inputs", .manifestInvalid, "\"inputs\" is missing"),
        (#"{"limner":1,"kind":"identify","inputs":"a"}"#, "inputs", .manifestInvalid, "a list of paths"),
        (#"{"limner":1,"kind":"identify","inputs":[]}"#, "inputs", .manifestInvalid, "1 to 5000"),
        (#"{"limner":1,"kind":"identify","inputs":[7]}"#, "inputs[0]", .manifestInvalid, "a number; expected a string"),
        (#"{"limner":1,"kind":"identify","inputs":["a","./a"]}"#, "inputs[1]", .manifestInvalid, "twice"),
        (#"{"limner":1,"kind":"identify","inputs":["../a"]}"#, "inputs[0]", .manifestPathInvalid, "goes up"),
        (#"{"limner":1,"kind":"identify","inputs":["x/../a"]}"#, "inputs[0]", .manifestPathInvalid, "goes up"),
        (#"{"limner":1,"kind":"identify","inputs":["/etc/passwd"]}"#, "inputs[0]", .manifestPathInvalid, "is absolute"),
        (#"{"limner":1,"kind":"identify","inputs":["a\u0000b"]}"#, "inputs[0]", .manifestPathInvalid, "NUL"),
        (#"{"limner":1,"kind":"identify","inputs":[""]}"#, "inputs[0]", .manifestPathInvalid, "is empty"),
        (
            #"{"limner":1,"kind":"identify","inputs":["a"],"priorty":1}"#, "priorty", .manifestUnknownKey,
            "did you mean \"priority\"?"
        ),
        (
            #"{"limner":1,"kind":"identify","inputs":["a"],"xyzzy":1}"#, "xyzzy", .manifestUnknownKey,
            "unknown key \"xyzzy\""
        ),
        (#"{"limner":1,"kind":"identify","inputs":["a"],"priority":101}"#, "priority", .manifestInvalid, "-100 to 100"),
        (
            #"{"limner":1,"kind":"identify","inputs":["a"],"priority":1.5}"#, "priority", .manifestInvalid,
            "whole number"
        ),
        (#"{"limner":1,"kind":"identify","inputs":["a"],"priority":"1"}"#, "priority", .manifestInvalid, "is a string"),
        (#"{"limner":1,"kind":"identify","inputs":["a"],"id":"a/b"}"#, "id", .nameInvalid, "holds a slash"),
        (#"{"limner":1,"kind":"identify","inputs":["a"],"options":[]}"#, "options", .manifestInvalid, "an object"),
        (
            #"{"limner":1,"kind":"identify","inputs":["a"],"options":{"top":0}}"#, "options.top", .optionInvalid,
            "1 to 100"
        ),
        (
            #"{"limner":1,"kind":"identify","inputs":["a"],"options":{"annotate":1}}"#, "options.annotate",
            .optionInvalid, "true or false"
        ),
        (
            #"{"limner":1,"kind":"identify","inputs":["a"],"options":{"treshold":1}}"#, "options.treshold",
            .manifestUnknownKey, "did you mean \"threshold\"?"
        ),
        (
            #"{"limner":1,"kind":"identify","inputs":["a"],"options":{"threshold":1.01}}"#, "options.threshold",
            .optionInvalid, "-1.0 to 1.0"
        ),
        (
            #"{"limner":1,"kind":"enroll","inputs":["a"]}"#, "options.person", .manifestInvalid,
            "\"options.person\" is missing"
        ),
        (
            #"{"limner":1,"kind":"enroll","inputs":["a"],"options":{"person":".x"}}"#, "options.person", .nameInvalid,
            "starts with a dot"
        ),
        (#"{"limner":1,"kind":"verify","inputs":["a"]}"#, "options.person", .manifestInvalid, "needs"),
        (
            #"{"limner":1,"kind":"verify","inputs":["a"],"options":{"person":"a","reference":"b"}}"#, "options.person",
            .manifestInvalid, "exclude one another"
        ),
        (
            #"{"limner":1,"kind":"verify","inputs":["a"],"options":{"reference":"../b"}}"#, "options.reference",
            .manifestPathInvalid, "goes up"
        ),
        (#"{"limner":1,"kind":"stylize","inputs":["a"]}"#, "options.styles", .manifestInvalid, "is missing"),
        (
            #"{"limner":1,"kind":"stylize","inputs":["a"],"options":{"styles":[]}}"#, "options.styles", .optionInvalid,
            "1 to 16"
        ),
        (
            #"{"limner":1,"kind":"stylize","inputs":["a"],"options":{"styles":["wave"]}}"#, "options.styles[0]",
            .optionInvalid, "an object"
        ),
        (
            #"{"limner":1,"kind":"stylize","inputs":["a"],"options":{"styles":[{}]}}"#, "options.styles[0].name",
            .manifestInvalid, "either"
        ),
        (
            #"{"limner":1,"kind":"stylize","inputs":["a"],"options":{"styles":[{"name":"w","weigth":1}]}}"#,
            "options.styles[0].weigth", .manifestUnknownKey, "did you mean \"weight\"?"
        ),
        (
            #"{"limner":1,"kind":"stylize","inputs":["a"],"options":{"styles":[{"name":"w","weight":-1}]}}"#,
            "options.styles[0].weight", .optionInvalid, "0.0 to"
        ),
        (
            #"{"limner":1,"kind":"stylize","inputs":["a"],"options":{"styles":[{"name":"w","weight":0}]}}"#,
            "options.styles", .manifestInvalid, "weight 0"
        ),
        (
            #"{"limner":1,"kind":"stylize","inputs":["a"],"options":{"styles":[{"picture":"/w"}]}}"#,
            "options.styles[0].picture", .manifestPathInvalid, "is absolute"
        ),
        (
            #"{"limner":1,"kind":"stylize","inputs":["a"],"options":{"styles":[{"name":"w"}],"size":63}}"#,
            "options.size", .optionInvalid, "64 to 8192"
        ),
        (
            #"{"limner":1,"kind":"stylize","inputs":["a"],"options":{"styles":[{"name":"w"}],"preset":"finest"}}"#,
            "options.preset", .optionInvalid, "did you mean \"fine\"?"
        ),
        (
            #"{"limner":1,"kind":"stylize","inputs":["a"],"options":{"styles":[{"name":"w"}],"seed":-1}}"#,
            "options.seed", .optionInvalid, "0 to"
        ),
        (
            #"{"limner":1,"kind":"stylize","inputs":["a"],"options":{"styles":[{"name":"w"}],"styleLayers":[]}}"#,
            "options.styleLayers", .manifestInvalid, "names no layer"
        ),
        (
            #"{"limner":1,"kind":"stylize","inputs":["a"],"options":{"styles":[{"name":"w"}],"styleLayers":{"relu1_1":-1}}}"#,
            "options.styleLayers.relu1_1", .optionInvalid, "0.0 to"
        ),
        (
            #"{"limner":1,"kind":"stylize","inputs":["a"],"options":{"styles":[{"name":"w"}],"styleLayers":"relu1_1"}}"#,
            "options.styleLayers", .optionInvalid, "a list of layers"
        ),
    ]

    @Test(arguments: faulty)
    func namesEveryMistake(text: String, key: String, code: ErrorCode, part: String) {
        let found = mistakes(text)
        #expect(
            found.contains { $0.key == key && $0.code == code && $0.description.contains(part) }, "\(text): \(found)")
    }

    /// What the reader refuses for its shape, the schema refuses too; only whole-document rules are the reader's alone.
    @Test func schemaAgrees() throws {
        let schema = try JSONSchema(named: "manifest")
        let readersOwn = ["twice", "weight 0", "not JSON", "a key in double quotes"]
        for (text, key, _, part) in Self.faulty where !readersOwn.contains(part) {
            #expect(try !schema.violations(in: text.utf8).isEmpty, "\(key): \(text)")
        }
    }

    @Test(arguments: [
        #"{"limner":1,"kind":"enroll","inputs":["a.jpg"],"options":{"person":"Ada Lovelace","detectionScore":0.5}}"#,
        #"{"limner":1,"kind":"verify","inputs":["a.jpg"],"options":{"person":"ada"}}"#,
        #"{"limner":1,"kind":"identify","inputs":["x/a.jpg","..b.jpg","a..jpg"]}"#,
        #"{"limner":1,"kind":"stylize","inputs":["ö.jpg"],"options":{"styles":[{"name":"w"}],"contentLayers":["relu4_2"]},"id":"1"}"#,
    ])
    func readerAndSchemaAccept(text: String) throws {
        _ = try parse(text)
        #expect(try JSONSchema(named: "manifest").violations(in: text.utf8) == [])
    }

    @Test func collectsEveryMistakeWithItsLine() {
        let found = mistakes(
            """
            {
              "limner": 1, "kind": "stylize",
              "inputs": ["../a.jpg"],
              "options": {
                "styles": [{ "name": "wave" }],
                "sise": 300,
                "quality": 0
              },
              "prioritty": 3
            }
            """)
        #expect(found.map(\.line) == [3, 6, 7, 9])
        #expect(found.map(\.code) == [.manifestPathInvalid, .manifestUnknownKey, .optionInvalid, .manifestUnknownKey])
        let error = ManifestError(found).reportError
        #expect(error.code == .manifestPathInvalid)
        #expect(error.message.contains("line 6: unknown key \"options.sise\"; did you mean \"size\"?"))
        #expect(!error.hint.isEmpty)
    }

    @Test func boundsTheText() {
        let text = Data(repeating: UInt8(ascii: " "), count: Manifest.byteLimit + 1)
        #expect(throws: ManifestError.self) { try Manifest(parsing: text) }
    }

    @Test func boundsTheInputs() {
        let inputs = (0...Manifest.inputLimit).map { "\"\($0).jpg\"" }.joined(separator: ",")
        #expect(mistakes("{\"limner\":1,\"kind\":\"identify\",\"inputs\":[\(inputs)]}").map(\.key) == ["inputs"])
    }
}
