import Foundation
import Testing

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
        #expect(recipe.options.preserveColors == true)
        #expect(recipe.options.seed == .max)
        #expect(recipe.options.iterations == nil)
    }

    @Test func `numbered styles`() throws {
        let recipe = try recipe(#"{"numbered": [7, {"style": 3, "weight": 0.5}]}"#)
        #expect(recipe.source == .numbered([.init(style: 7), .init(style: 3, weight: 0.5)]))
    }

    @Test(arguments: [
        (
            #"{"picturs": ["a.png"]}"#,
            StyleError.keyUnknown(key: "picturs", within: "the style recipe", nearest: "pictures")
        ),
        (
            #"{"pictures": ["a.png"], "options": {"styleWieght": 3}}"#,
            .keyUnknown(key: "styleWieght", within: "the style's options", nearest: "styleWeight")
        ),
        (
            #"{"pictures": ["a.png"], "options": {"zzzzzzzzz": 3}}"#,
            .keyUnknown(key: "zzzzzzzzz", within: "the style's options", nearest: nil)
        ),
        (
            #"{"pictures": [{"picture": "a.png", "wight": 1}]}"#,
            .keyUnknown(key: "wight", within: "an entry of 'pictures'", nearest: "weight")
        ),
        (#"{"pictures": []}"#, .recipeContradicts(why: "'pictures' is empty")),
        (#"{"title": "x"}"#, .recipeContradicts(why: "it names neither 'pictures' nor 'numbered' styles")),
        (
            #"{"pictures": ["a.png"], "numbered": [1]}"#,
            .recipeContradicts(why: "it names 'pictures' and 'numbered' styles at once")
        ),
        (#"{"pictures": ["../a.png"]}"#, .picturePathInvalid(path: "../a.png")),
        (#"{"pictures": ["/etc/passwd"]}"#, .picturePathInvalid(path: "/etc/passwd")),
        (#"{"pictures": ["b/../../a.png"]}"#, .picturePathInvalid(path: "b/../../a.png")),
        (#"{"pictures": [""]}"#, .picturePathInvalid(path: "")),
        (#"{"numbered": [26]}"#, .numberedStyleUnknown(number: 26, count: 26)),
        (#"{"numbered": [-1]}"#, .numberedStyleUnknown(number: -1, count: 26)),
        (
            #"{"pictures": [{"picture": "a.png", "weight": -1}]}"#,
            .optionInvalid(key: "weight of 'a.png'", value: "-1.0", allowed: "above 0, at most 1e6")
        ),
        (
            #"{"pictures": ["a.png"], "options": {"iterations": 0}}"#,
            .optionInvalid(key: "iterations", value: "0", allowed: "from 1 to 10000")
        ),
        (
            #"{"pictures": ["a.png"], "options": {"styleLayers": ["relu4_11"]}}"#,
            .layerUnknown(layer: "relu4_11", network: "vgg19", nearest: "relu4_1")
        ),
        (
            #"{"limner": 2, "pictures": ["a.png"]}"#,
            .optionInvalid(key: "limner", value: "2", allowed: "1, the only version of recipes so far")
        ),
        (
            "{",
            .recipeMalformed(
                path: "style.json", why: "it is not JSON: line 1, column 2: a key in double quotes is expected")
        ),
        (
            #"{"pictures": ["a.png"], "options": {"preset": "slow"}}"#,
            .recipeMalformed(
                path: "style.json",
                why: "'options.preset': Cannot initialize StylePreset from invalid String value slow")
        ),
        (
            #"{"pictures": ["a.png"], "options": {"size": "big"}}"#,
            .recipeMalformed(path: "style.json", why: "'options.size' must be a Int")
        ),
    ]) func `mistakes are named`(json: String, expected: StyleError) {
        #expect(throws: expected) { try recipe(json) }
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

    @Test func `every sentence of a mistake names what it is about`() {
        let error = StyleError.keyUnknown(key: "styleWieght", within: "the style's options", nearest: "styleWeight")
        #expect("\(error)" == "Unknown key 'styleWieght' in the style's options; did you mean 'styleWeight'?")
    }

    @Test func `the sample recipes are valid`() throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("samples/styles").path
        let library = StyleLibrary(folder: folder)
        #expect(library.names().count >= 5)
        for name in library.names() { _ = try library.recipe(named: name) }
    }
}
