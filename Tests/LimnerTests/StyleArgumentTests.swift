import Testing
import Wire

@testable import limner

struct StyleArgumentTests {
    private let files: Set<String> = ["wave.jpg", "odd=name.jpg", "plain", "half=0.5"]

    private let styles: Set<String> = ["starry", "fns", "fns=2", "old.jpg", "wave.jpg"]

    private func read(_ text: String) throws -> StyleArgument {
        try StyleArgument(text, isFile: files.contains, isStyle: styles.contains)
    }

    @Test(arguments: [
        ("wave.jpg", StyleChoice.Source.picture("wave.jpg"), 1.0),
        ("wave.jpg=0.25", .picture("wave.jpg"), 0.25),
        ("absent.PNG=2", .picture("absent.PNG"), 2),
        ("../a=b/c.jpg", .picture("../a=b/c.jpg"), 1),
        ("odd=name.jpg", .picture("odd=name.jpg"), 1),
        ("odd=name.jpg=3", .picture("odd=name.jpg"), 3),
        ("half=0.5", .picture("half=0.5"), 1),
        ("plain", .picture("plain"), 1),
        ("starry", .name("starry"), 1),
        ("starry=1e-3", .name("starry"), 1e-3),
        ("numbered-25=4", .name("numbered-25"), 4),
        ("Der Schrei", .name("Der Schrei"), 1),
        ("fns=2", .name("fns=2"), 1),
        ("fns=2.0", .name("fns"), 2),
        ("fns=2=3", .name("fns=2"), 3),
        ("old.jpg", .name("old.jpg"), 1),
        ("old.jpg=2", .name("old.jpg"), 2),
    ])
    func aStyleIsAPictureOrAName(_ text: String, _ source: StyleChoice.Source, _ weight: Double) throws {
        let style = try read(text)
        #expect(style.source == source)
        #expect(style.weight == weight)
        #expect(style.choice == StyleChoice(source: source, weight: weight))
    }

    @Test(arguments: [
        ("starry=heavy", "heavy"), ("starry=", "no number"), ("starry=-1", "weight"), ("starry=0", "weight"),
        ("starry=nan", "weight"), ("starry=inf", "weight"), ("", "is empty"), (".hidden", "starts with a dot"),
        ("=2", "is empty"),
    ])
    func whatIsNeitherIsRefusedWithItsReason(_ text: String, _ word: String) {
        let error = #expect(throws: CommandError.self) { try read(text) }
        guard case .usage(let sentence)? = error else {
            Issue.record("\(text) was refused by \(String(describing: error))")
            return
        }
        #expect(sentence.contains(word), "\(sentence)")
    }
}
