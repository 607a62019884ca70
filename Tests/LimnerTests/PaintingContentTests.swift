import Testing
import Wire

@testable import limner

struct PaintingContentTests {
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
