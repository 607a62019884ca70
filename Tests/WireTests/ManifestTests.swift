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

    @Test(arguments: [
        ("feedback", JobKind.feedback), ("learn", .learn), ("learn-new", .learn), ("learn-style", .learn),
        ("learn-style-new", .learn),
        ("gatys", .stylize),
        ("neural-style", .stylize),
        ("neural-style-tf", .stylize), ("hwalsuklee", .stylize), ("style-transfer-pytorch", .stylize),
        ("fast-style-transfer", .stylize), ("masks", .stylize), ("deep-photo", .stylize), ("film", .stylize),
        ("print", .stylize), ("blend", .stylize), ("losses", .stylize),
    ])
    func theSamplesAreManifests(name: String, kind: JobKind) throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../samples/manifests/\(name).json")
        let text = try Data(contentsOf: file)
        #expect(Manifest.isMeant(by: [UInt8](text)))
        #expect(try Manifest(parsing: text).task.kind == kind)
        #expect(try JSONSchema(named: "manifest").violations(in: text) == [])
    }

    /// Windows PowerShell writes UTF-16 where it is asked for a file, and editors put a byte order mark before UTF-8.
    @Test func otherEncodingsAreToldOf() throws {
        let text = #"{"limner":1,"kind":"identify","inputs":["a.jpg"]}"#
        #expect(try Manifest(parsing: Array("\u{FEFF}\(text)".utf8)) == Manifest(parsing: Array(text.utf8)))
        #expect(Manifest.isMeant(by: Array("\u{FEFF}\(text)".utf8)))
        let other = #"{"creator":"limner","title":"Käfer Ģ"}"#
        for mark in ["", "\u{FEFF}"] {
            let (wide, others) = (Array((mark + text).utf16), Array((mark + other).utf16))
            for bytes in [{ [UInt8($0 & 255), UInt8($0 >> 8)] }, { [UInt8($0 >> 8), UInt8($0 & 255)] }]
                as [(UInt16) -> [UInt8]]
            {
                #expect(Manifest.isMeant(by: wide.flatMap(bytes)) && !Manifest.isMeant(by: others.flatMap(bytes)))
                #expect {
                    try Manifest(parsing: wide.flatMap(bytes))
                } throws: {
                    "\($0)".contains("the text is UTF-16; save it as UTF-8")
                }
            }
        }
    }

    @Test func photographsOfAStyleComeAlong() throws {
        func text(_ photographs: String, _ inputs: String = #"["wave.jpg"]"#) -> String {
            #"{"limner":1,"kind":"learn","inputs":\#(inputs),"options":{"subject":"style","name":"wave","photographs":\#(photographs)}}"#
        }
        let good = text(#"["own/a.jpg", "./own/b.jpg"]"#)
        let manifest = try parse(good)
        #expect(manifest.task.options.photographs == FilePaths(["own/a.jpg", "own/b.jpg"]))
        #expect(manifest.pictures.map(\.path) == ["wave.jpg", "own/a.jpg", "own/b.jpg"])
        #expect(manifest.pictures.map(\.role) == [.picture, .photograph, .photograph])
        #expect(try JSONSchema(named: "manifest").violations(in: Data(good.utf8)) == [])
        let encoded = try WireJSON.encode(manifest.task)
        #expect(try WireJSON.decode(JobTask.self, from: encoded) == manifest.task)
        let wrong = text(#"["own/a.jpg", "/b.jpg", "own/a.jpg", 3]"#)
        #expect(
            mistakes(wrong).map(\.key) == [
                "options.photographs[1]", "options.photographs[2]", "options.photographs[3]",
            ])
        #expect(mistakes(text("[]")).map(\.code) == [.optionInvalid])
        #expect(mistakes(text(#""a.jpg""#)).map(\.code) == [.optionInvalid])
        #expect(try JSONSchema(named: "manifest").violations(in: Data(text("[]").utf8)) != [])
    }

    @Test func whatIsNotLearnedHasNoOptions() throws {
        func keys(_ options: String) -> [String] {
            let head = #"{"limner":1,"kind":"learn","inputs":["a/1.jpg"],"options":{"name":"wave","#
            return mistakes(head + options + "}}").map(\.key)
        }
        #expect(keys(#""subject":"style","strokes":2,"strength":0.5,"width":0.5,"seed":2"#) == [])
        #expect(keys(#""resolution":16,"strangers":"x","seed":2"#) == [])
        #expect(
            keys(#""subject":"style","resolution":16,"detectionScore":0.5"#) == [
                "options.detectionScore", "options.resolution",
            ])
        #expect(keys(#""minutes":3,"strokes":2"#) == ["options.minutes", "options.strokes"])
        var task = JobTask(.learn) { ($0.subject, $0.name) = (.style, "wave") }
        task.options = task.options.over(.builtInSettings).resolved(for: .learn).reported
        #expect(task.options.strokes == 1 && task.options.resolution == nil && task.options.detectionScore == nil)
    }

    @Test func correctionsHaveNoPictures() throws {
        let job = "20260314T150926Z-9f3a-party"
        func text(_ corrections: String, _ more: String = "") -> String {
            #"{"limner":1,"kind":"feedback","options":{"corrections":\#(corrections)}\#(more)}"#
        }
        let good =
            #"[{"verdict":"deny","job":"\#(job)","face":1,"person":"ada"},"#
            + #"{"verdict":"confirm","job":"\#(job)","face":2,"person":"bob"}]"#
        let manifest = try parse(text(good))
        let party = try #require(JobIdentifier(job))
        #expect(
            manifest.task.options.corrections == [
                FaceCorrection(.deny, 1, of: party, as: try PersonName("ada")),
                FaceCorrection(.confirm, 2, of: party, as: try PersonName("bob")),
            ])
        #expect(manifest.inputs.isEmpty && manifest.pictures.isEmpty)
        let encoded = try WireJSON.encode(manifest.task)
        #expect(try WireJSON.decode(JobTask.self, from: encoded) == manifest.task)
        #expect(manifest.task.options.mistakes(for: .feedback).isEmpty)
        #expect(mistakes(text(good, #","inputs":["a.jpg"]"#)).map(\.code) == [.manifestInvalid])
        #expect(mistakes(#"{"limner":1,"kind":"feedback"}"#).map(\.sentence) == ["\"options.corrections\" is missing"])
        #expect(mistakes(text("[]")).map(\.code) == [.optionInvalid])
        let bad = #"[{"verdict":"maybe","job":"party","face":0,"person":"a/b","why":1}]"#
        #expect(
            mistakes(text(bad)).map(\.key) == [
                "options.corrections[0].verdict", "options.corrections[0].job", "options.corrections[0].face",
                "options.corrections[0].person", "options.corrections[0].why",
            ])
        let schema = try JSONSchema(named: "manifest")
        #expect(try schema.violations(in: Data(text(good).utf8)) == [])
        for wrong in [text(good, #","inputs":["a.jpg"]"#), text(bad), text("[]"), #"{"limner":1,"kind":"identify"}"#] {
            #expect(try !schema.violations(in: Data(wrong.utf8)).isEmpty, "\(wrong)")
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

    @Test func aStyleMayHaveAMask() throws {
        func text(_ styles: String) -> String {
            #"{"limner":1,"kind":"stylize","inputs":["a.jpg"],"options":{"styles":\#(styles)}}"#
        }
        let good = text(
            #"[{"picture":"w.jpg","mask":"m/./sky.png"},{"name":"n","mask":"m/sky.png","weight":2},"#
                + #"{"picture":"b.png","mask":"w.jpg"},{"picture":"a.jpg","mask":"a.jpg"}]"#)
        let manifest = try parse(good)
        #expect(
            manifest.task.options.styles == [
                StyleChoice(source: .picture("w.jpg"), mask: "m/sky.png"),
                StyleChoice(source: .name("n"), weight: 2, mask: "m/sky.png"),
                StyleChoice(source: .picture("b.png"), mask: "w.jpg"),
                StyleChoice(source: .picture("a.jpg"), mask: "a.jpg"),
            ])
        #expect(manifest.pictures.map(\.path) == ["a.jpg", "w.jpg", "b.png", "m/sky.png"], "each once")
        #expect(manifest.pictures.map(\.role) == [.picture, .style, .style, .mask])
        #expect(try WireJSON.decode(JobTask.self, from: WireJSON.encode(manifest.task)) == manifest.task)
        #expect(manifest.task.options.mistakes(for: .stylize).isEmpty)
        let schema = try JSONSchema(named: "manifest")
        #expect(try schema.violations(in: Data(good.utf8)) == [])
        for (style, key, words) in [
            (#"{"name":"n","maks":"m.png"}"#, "maks", "did you mean \"mask\"?"),
            (#"{"name":"n","mask":"../m.png"}"#, "mask", "goes up"), (#"{"name":"n","mask":1}"#, "mask", "a string"),
            (#"{"name":"n","styleMask":"../m.png"}"#, "styleMask", "goes up"),
            (#"{"name":"n","segments":[]}"#, "segments", "a string"),
        ] {
            let found = mistakes(text("[\(style)]"))
            #expect(found.map(\.key) == ["options.styles[0].\(key)"])
            #expect(found.first?.sentence.contains(words) == true, "\(found)")
            #expect(try !schema.violations(in: Data(text("[\(style)]").utf8)).isEmpty)
        }
    }

    @Test func aStyleMayHaveAPartOfItsOwnOrSegments() throws {
        func text(_ style: String) -> String {
            #"{"limner":1,"kind":"stylize","inputs":["a.jpg"],"options":{"styles":[\#(style)],"segments":"s.png"}}"#
        }
        let good = text(
            #"{"picture":"w.jpg","mask":"m.png","styleMask":"n.png"},{"picture":"b.jpg","segments":"s.png"},"#
                + #"{"picture":"c.jpg","segments":"t.png"}"#)
        let manifest = try parse(good)
        #expect(
            manifest.task.options.styles == [
                StyleChoice(source: .picture("w.jpg"), mask: "m.png", styleMask: "n.png"),
                StyleChoice(source: .picture("b.jpg"), segments: "s.png"),
                StyleChoice(source: .picture("c.jpg"), segments: "t.png"),
            ])
        #expect(manifest.task.options.segments == "s.png")
        #expect(
            manifest.pictures.map(\.path) == ["a.jpg", "w.jpg", "b.jpg", "c.jpg", "m.png", "n.png", "s.png", "t.png"])
        #expect(manifest.pictures.dropFirst(4).allSatisfy { $0.role == .mask })
        #expect(try WireJSON.decode(JobTask.self, from: WireJSON.encode(manifest.task)) == manifest.task)
        #expect(try JSONSchema(named: "manifest").violations(in: Data(good.utf8)) == [])
        for mask in ["mask", "styleMask"] {
            let found = mistakes(text(#"{"name":"n","segments":"s.png","\#(mask)":"m.png"}"#))
            #expect(found.map(\.key) == ["options.styles[0].segments"])
            #expect(found.first?.sentence.contains("either \"segments\" or") == true, "\(found)")
        }
    }

    @Test(arguments: [
        ("mask", #""m.png""#, "it stands in an entry of \"styles\""),
        ("styleMask", #""m.png""#, "an entry of \"styles\""),
        ("layers", #"["relu1_1"]"#, "an entry of \"styles\""), ("keepColors", "true", "it is \"colors\": \"content\""),
    ])
    func aKeyOfElsewhereIsToldWhereItStands(key: String, value: String, words: String) {
        let text = #"""
            {"limner": 1, "kind": "stylize", "inputs": ["a.jpg"],
             "options": {"styles": [{"name": "wave"}], "\#(key)": \#(value)}}
            """#
        let error = #expect(throws: ManifestError.self) { try Manifest(parsing: Array(text.utf8)) }
        #expect(error?.description.contains("unknown key \"options.\(key)\": ") == true)
        #expect(error?.description.contains(words) == true, "\(String(describing: error))")
        #expect(error?.reportError.code == .manifestUnknownKey)
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
            .optionInvalid, "true, false or \"thumbnail\""
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
            #"{"limner":1,"kind":"stylize","inputs":["a"],"options":{"styles":[{"name":"w"}],"matting":300}}"#,
            "options.matting", .manifestUnknownKey, "did you mean \"mattingWeight\"?"
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
        (
            #"{"limner":1,"kind":"stylize","inputs":["a"],"options":{"styles":[{"name":"w","layers":{"relu1_1":-1}}]}}"#,
            "options.styles[0].layers.relu1_1", .optionInvalid, "0.0 to"
        ),
        (
            #"{"limner":1,"kind":"stylize","inputs":["a"],"options":{"styles":[{"name":"w","layers":["relu1_1","relu1_1"]}]}}"#,
            "options.styles[0].layers[1]", .manifestInvalid, "twice"
        ),
        (
            #"{"limner":1,"kind":"stylize","inputs":["a"],"options":{"styles":[{"name":"w"}],"styleLoss":"gramm"}}"#,
            "options.styleLoss", .optionInvalid, "did you mean \"gram\"?"
        ),
        (
            #"{"limner":1,"kind":"stylize","inputs":["a"],"options":{"styles":[{"name":"w"}],"styleLoss":["gram","tv"]}}"#,
            "options.styleLoss[1]", .optionInvalid, "that is the option \"tvWeight\""
        ),
        (
            #"{"limner":1,"kind":"stylize","inputs":["a"],"options":{"styles":[{"name":"w"}],"styleLoss":{"gram":1,"wassersteim":2}}}"#,
            "options.styleLoss.wassersteim", .optionInvalid, "did you mean \"wasserstein\"?"
        ),
        (
            #"{"limner":1,"kind":"stylize","inputs":["a"],"options":{"styles":[{"name":"w"}],"styleLoss":{"gram":1,"w2":"much"}}}"#,
            "options.styleLoss.w2", .optionInvalid, "a number, 0.0 to"
        ),
        (
            #"{"limner":1,"kind":"stylize","inputs":["a"],"options":{"styles":[{"name":"w"}],"styleLoss":{"gram":-1}}}"#,
            "options.styleLoss.gram", .optionInvalid, "0.0 to"
        ),
        (
            #"{"limner":1,"kind":"stylize","inputs":["a"],"options":{"styles":[{"name":"w"}],"styleLoss":{"gram":0,"w2":0}}}"#,
            "options.styleLoss", .manifestInvalid, "weight 0"
        ),
        (
            #"{"limner":1,"kind":"stylize","inputs":["a"],"options":{"styles":[{"name":"w"}],"styleLoss":["gram","gram"]}}"#,
            "options.styleLoss[1]", .manifestInvalid, "twice"
        ),
        (
            #"{"limner":1,"kind":"stylize","inputs":["a"],"options":{"styles":[{"name":"w"}],"styleLoss":{}}}"#,
            "options.styleLoss", .manifestInvalid, "names no loss"
        ),
        (
            #"{"limner":1,"kind":"stylize","inputs":["a"],"options":{"styles":[{"name":"w"}],"styleLoss":3}}"#,
            "options.styleLoss", .optionInvalid, "an object of weights"
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

    @Test func aPatternOfFramesIsAFilm() throws {
        func options(_ inputs: String, _ kind: String = "stylize", _ options: String = "") throws -> JobOptions {
            let needs = kind == "stylize" ? #""styles": [{"name": "wave"}]"# : ""
            let text = #"{"limner": 1, "kind": "\#(kind)", "inputs": [\#(inputs)], "options": {\#(needs)\#(options)}}"#
            return try Manifest(parsing: Array(text.utf8)).task.options
        }
        #expect(try options(#""frames/*.png""#).frameRate == 25)
        #expect(try options(#""frames/*.png""#, "stylize", #", "frameRate": 12"#).frameRate == 12)
        #expect(try options(#""*.png""#, "stylize", #", "frameRate": "30000/1001""#).frameRate == 30000.0 / 1001)
        for text in [
            "0/1", "1/0", "30000", "30000/1001/1", "-1/2", "1001/1", "1e3/2", "1000000000/1000000000", "030/01",
        ] {
            #expect(throws: ManifestError.self, "\(text)") {
                try options(#""*.png""#, "stylize", #", "frameRate": "\#(text)""#)
            }
        }
        #expect {
            try options(#""*.png""#, "stylize", #", "frameRate": 1e9"#)
        } throws: {
            "\($0)".contains("or a fraction as")
        }
        #expect(try options(#""what?/a.png""#).frameRate == nil)
        #expect(try options(#""*.png""#, "identify").frameRate == nil)
    }
}
