import Testing
import Wire

@testable import limner

struct PaintingContentTests {
    /// An output that is named as a film is refused with what the input is.
    @Test func whatIsNoFilmIsNamed() throws {
        let folder = try ScratchFolder()
        let frame = "\u{2C}\0\0\0\0\u{1}\0\u{1}\0\0\u{2}\u{2}\u{4C}\u{1}\0"
        for (name, text, word) in [
            ("a.mp4", "", "a.mp4 cannot be read: it is empty"), ("a.jpg", "no picture", "a.jpg is no film"),
            ("a.gif", "GIF89a\u{1}\0\u{1}\0\0\0\0\(frame)\(frame);", "ffmpeg -i a.gif"),
        ] {
            let file = try folder.write(name, text)
            let content = PaintingContent(
                given: GivenPath(typed: name, path: file.path), files: [], kind: .picture)
            let error = #expect(throws: CommandError.self) { try content.refuse(asFilm: folder.given("out.mp4")) }
            #expect(error?.description.contains(word) == true, "\(String(describing: error))")
        }
    }

    @Test(
        arguments: [
            (.film, "a is a film; end"),
            (.frames(byPattern: false), "--frame-rate makes one film of the pictures; end"),
            (.frames(byPattern: true), "the pattern a names the frames of one film; end"),
        ] as [(PaintingContent.Kind, String)])
    func whyAFilmComesIsSaid(_ kind: PaintingContent.Kind, _ words: String) {
        let given = GivenPath(typed: "a", path: "/a")
        let content = PaintingContent(given: given, files: [given], kind: kind)
        let error = #expect(throws: CommandError.self) {
            try content.refuse(asPicture: GivenPath(typed: "x.png", path: "/x.png"))
        }
        #expect(error?.description.contains(words) == true, "\(String(describing: error))")
        #expect(error?.description.contains("x.png, in .mp4") == true, "\(String(describing: error))")
    }

    @Test func aNumberInANameOfFramesIsSaidToBeNoPattern() throws {
        for (name, isHinted) in [("f/a_%04d.png", true), ("f/a_%d.png", true), ("f/a.png", false), ("100%.png", false)]
        {
            let argument = try #require(FileArgument(argument: name))
            let error = #expect(throws: CommandError.self) { try argument.requireFile() }
            #expect(error?.description.contains("'f/*.png'") == isHinted, "\(String(describing: error))")
        }
    }

    @Test func aPatternOfMoreFramesThanAJobHasIsRefused() throws {
        let folder = try ScratchFolder()
        func contents() throws -> [PaintingContent] {
            var options = JobOptions()
            let pattern = try #require(FileArgument(argument: "\(folder.path)/frame-*.png"))
            return try PaintingContent.all(of: [pattern], &options)
        }
        for frame in 0..<Manifest.inputLimit { try folder.write("frame-\(frame).png", "") }
        #expect(try contents().map(\.files.count) == [Manifest.inputLimit])
        try folder.write("frame-more.png", "")
        let error = #expect(throws: CommandError.self) { try contents() }
        guard case .usage(let sentence)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(sentence.contains("\(Manifest.inputLimit + 1) frames") && sentence.contains("ffmpeg"), "\(sentence)")
    }
}
