import Foundation
import Testing
import Wire

@testable import Styles

@Suite struct StyleRecipeTests {
    private func recipe(_ json: String) throws -> StyleRecipe {
        try StyleRecipe(json: Data(json.utf8), folder: "/styles/mine")
    }

    @Test func `pictures with weights and options`() throws {
        let recipe = try recipe(
            #"""
            {"limner": 1, "title": "T", "pictures": ["a.png", {"picture": "b/c.jpg", "weight": 2}],
             "options": {"preset": "fine", "styleWeight": 7.5, "styleLayers": ["relu1_1", "relu2_1"],
                         "contentLayers": {"relu4_2": 2}, "preserveColors": true, "seed": 18446744073709551615}}
            """#)
        #expect(recipe.title == "T")
        #expect(
            recipe.source
                == .pictures([
                    .init(path: "/styles/mine/a.png"), .init(path: "/styles/mine/b/c.jpg", weight: 2),
                ]))
        #expect(recipe.options.preset == .fine)
        #expect(recipe.options.styleWeight == 7.5)
        #expect(recipe.options.styleLayers == ["relu1_1", "relu2_1"])
        #expect(recipe.options.contentLayers?.entries == [.init("relu4_2", 2)])
        #expect(recipe.options.colors == .content)
        #expect(recipe.options.seed == .max)
        #expect(recipe.options.iterations == nil)
    }

    @Test func `a picture counts in layers of its own`() throws {
        let recipe = try recipe(
            #"{"pictures": [{"picture": "a.png", "layers": {"relu1_1": 2}}, {"picture": "b.png", "layers": ["relu2_1"]}]}"#
        )
        #expect(
            recipe.source.shared
                == .pictures([
                    .init(path: "/styles/mine/a.png", weight: 0.5, layers: ["relu1_1": 2]),
                    .init(path: "/styles/mine/b.png", weight: 0.5, layers: ["relu2_1"]),
                ]))
    }

    @Test func `numbered styles`() throws {
        let recipe = try recipe(#"{"numbered": [7, {"style": 3, "weight": 0.5}]}"#)
        #expect(recipe.source == .numbered([.init(style: 7), .init(style: 3, weight: 0.5)]))
        let named = try self.recipe(
            #"{"numbered": ["bold-primaries", {"style": "numbered-3", "weight": 0.5}]}"#)
        #expect(named.source == recipe.source)
    }

    /// Text, and a part of each mistake's description in the order of the text.
    static let faulty: [(json: String, parts: [String])] = [
        (
            #"{"picturs": ["a.png"]}"#,
            ["names neither \"pictures\" nor \"numbered\"", "unknown key \"picturs\"; did you mean \"pictures\"?"]
        ),
        (
            "{\"pictures\": [\"a.png\"],\n \"options\": {\"styleWieght\": 3,\n\"zzzzzzzzz\": 3}}",
            ["line 2: unknown key \"options.styleWieght\"; did you mean \"styleWeight\"?", "line 3: unknown key"]
        ),
        (#"{"pictures": [{"picture": "a.png", "wight": 1}]}"#, ["\"pictures[0].wight\"; did you mean \"weight\"?"]),
        (
            #"{"pictures": ["a.png"], "options": {"layers": ["relu1_1"], "keepColors": true}}"#,
            ["\"options.layers\": it stands in an entry of \"pictures\"", "\"options.keepColors\": it is \"colors\""]
        ), (#"{"numbered": [{"style": 1, "layers": ["relu1_1"]}]}"#, ["unknown key \"numbered[0].layers\""]),
        (#"{"pictures": []}"#, ["\"pictures\" is empty"]), (#"{"title": "x"}"#, ["names neither"]),
        (#"{"pictures": ["a.png"], "numbered": [1]}"#, ["takes either"]),
        (
            #"{"pictures": ["../a.png"]}"#,
            ["\"pictures[0]\": the path \"../a.png\" goes up by \"..\"; give a path below the style's folder"]
        ),
        (#"{"pictures": ["/etc/passwd"]}"#, ["is absolute"]), (#"{"pictures": ["b/../../a.png"]}"#, ["goes up"]),
        (#"{"pictures": [""]}"#, ["is empty"]),
        (
            #"{"numbered": [26, -1]}"#,
            ["\"numbered[0]\" is 26; expected a whole number, 0 to 25", "\"numbered[1]\" is -1"]
        ),
        (
            #"{"numbered": ["bold-primary", {"style": "numbered-26"}, true]}"#,
            [
                "\"numbered[0]\" is \"bold-primary\"; expected a built-in style's name or number; did you mean "
                    + "\"bold-primaries\"?", "\"numbered[1].style\" is \"numbered-26\"",
                "\"numbered[2]\" is a truth value",
            ]
        ),
        (#"{"pictures": [{"picture": "a.png", "weight": -1}]}"#, ["\"pictures[0].weight\" is -1"]),
        (#"{"pictures": [{"picture": "a.png", "weight": 0}]}"#, ["\"pictures[0].weight\" is 0; expected above 0"]),
        (
            #"{"pictures": ["a.png"], "options": {"iterations": 0, "size": "big"}}"#,
            ["\"options.size\" is a string", "\"options.iterations\" is 0; expected a whole number, 1 to 100000"]
        ),
        (
            #"{"pictures": ["a.png"], "options": {"preset": "slow"}}"#,
            ["expected one of fast, polished, draft, standard, fine"]
        ),
        (
            #"{"pictures": ["a.png"], "options": {"styles": []}}"#,
            ["unknown key \"options.styles\"; did you mean \"pictures\"?"]
        ),
        (#"{"pictures": ["a.png"], "options": {"styleLayers": ["relu1_1", "relu1_1"]}}"#, ["names \"relu1_1\" twice"]),
        (#"{"limner": 2, "pictures": ["a.png"]}"#, ["\"limner\" is 2; expected a whole number, 1 to 1"]),
        ("{", ["not JSON"]),
    ]

    @Test(arguments: faulty) func `every mistake is named`(json: String, parts: [String]) {
        #expect {
            try recipe(json)
        } throws: { error in
            guard case StyleError.recipeMalformed(_, let mistakes) = error else { return false }
            return mistakes.count == parts.count && zip(mistakes, parts).allSatisfy { $0.description.contains($1) }
        }
    }

    /// Keys that take the square of their length to be compared, and a file beyond any recipe's length.
    @Test(arguments: [
        #"{"a"# + String(repeating: #"\u0301"#, count: 40_000) + #"":1}"#,
        #"{"title":""# + String(repeating: "\u{301}", count: 90_000) + #""}"#,
        "[" + String(repeating: "0,", count: 500_000) + "0]", String(repeating: " ", count: 1 << 20),
    ]) func `a recipe that costs more than its length is malformed`(json: String) {
        guard case .recipeMalformed? = #expect(throws: StyleError.self, performing: { try recipe(json) }) else {
            Issue.record("not malformed")
            return
        }
    }

    @Test func `options that do not go together are a fault of the recipe`() {
        let unknown = StyleError.layerUnknown(layer: "relu4_11", network: "vgg19", nearest: "relu4_1")
        #expect(throws: StyleError.recipeInvalid(path: "style.json", fault: unknown)) {
            try recipe(#"{"pictures": ["a.png"], "options": {"styleLayers": ["relu4_11"]}}"#)
        }
    }

    @Test func `an option that a style may bring along is one that a job may give`() throws {
        for option in JobOption.all where option.places.contains(.styleFile) {
            #expect(option.places.isSuperset(of: [.manifest, .commandLine]), "\(option.key)")
        }
    }

    @Test func `the sample recipes are valid`() throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("samples/styles").path
        let library = StyleLibrary(folder: folder)
        #expect(library.names().count >= 5)
        for name in library.names() { _ = try library.recipe(named: name) }
    }
}
