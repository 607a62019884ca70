import Films
import Pictures
import Testing

@Suite struct FilmErrorTests {
    private static let size = PixelSize(width: 9, height: 7)
    private static let all: [(FilmError, String)] = [
        (.frameTooSmall(film: nil, size: size, least: 16), "9 × 7"),
        (.frameTooSmall(film: "a.mp4", size: size, least: 16), "a.mp4: frames of 9 × 7"),
        (.notAFrameRate(text: "0/0"), "0/0"),
        (
            .frameOfAnotherSize(film: "1.png", frame: "2.png", size: size, first: PixelSize(width: 8, height: 8)),
            "8 × 8"
        ),
        (.unreadable(film: "a.y4m", reason: "why"), "why"), (.notWritten(film: "a.y4m", reason: "why"), "why"),
        (.notY4M(film: "a.y4m"), "a.y4m"), (.badHeader(film: "a.y4m", field: "W0", reason: "why"), "\"W0\" why"),
        (.unsupported(film: "a.y4m", reason: "why"), "why"), (.otherContainer(film: "a.ts"), "a.ts"),
        (.otherColours(film: "a.mp4", kind: "the matrix bt2020c"), "bt2020c"),
        (.frameTooLarge(film: "a.y4m", size: size, limit: 5), "9 × 7"),
        (.badFrame(film: "a.y4m", frame: 3, reason: "why"), "Frame 4"),
        (.truncated(film: "a.y4m", frame: 3), "frame 4"), (.picture(film: "a.jpg"), "a.jpg is a picture"),
        (.cutOff(film: "a.mp4"), "a.mp4 is cut off"), (.notAFlow(file: "a.flo", reason: "why"), "a.flo"),
        (.programMissing(film: "a.mp4"), "a.mp4"), (.encoderMissing(film: "a.y4m"), "a.y4m"),
        (.programFailed(film: "a.mp4", program: "ffprobe", words: "why"), "ffprobe gives up a.mp4: why"),
        (.programStopped(film: "a.mp4", program: "ffmpeg", how: "why"), "ffmpeg stopped over a.mp4: why"),
        (.notEncoded(film: "a.mp4", words: "why"), "The painted a.mp4 cannot be put together: why"),
        (.noPictures(film: "a.mp4"), "a.mp4"), (.tooLong(film: "a.mp4", frames: 5), "5 frames"),
        (.cancelled, "cancelled"),
    ]

    /// What failed, on what, and what to do: two sentences each.
    @Test(arguments: all)
    func saysWhatToDo(error: FilmError, fact: String) {
        #expect(error.message.contains(fact) && error.message.hasSuffix("."))
        #expect(error.hint.hasSuffix(".") && error.description == "\(error.message) \(error.hint)")
    }
}
