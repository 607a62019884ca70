import Testing

@testable import Styles

@Suite struct NearestNameTests {
    private let keys = ["styleWeight", "contentWeight", "size", "seed", "scales"]

    @Test(arguments: [
        ("styleweight", "styleWeight"), ("styelWeight", "styleWeight"), ("contentWeigt", "contentWeight"),
        ("sized", "size"), ("scale", "scales"),
    ]) func `slips of the finger are understood`(typed: String, meant: String) {
        #expect(nearestName(to: typed, among: keys) == meant)
    }

    @Test(arguments: ["", "colour", "xyzzy"]) func `other words are not`(typed: String) {
        #expect(nearestName(to: typed, among: keys) == nil)
    }
}
