import Testing

@testable import Wire

@Suite struct DurationTextTests {
    @Test(arguments: [
        ("0", 0, "0s"), ("1.5", 1500, "1500ms"), ("500ms", 500, "500ms"), ("90s", 90_000, "90s"),
        ("120s", 120_000, "2m"),
        ("1.5h", 5_400_000, "90m"), ("30d", 2_592_000_000, "30d"), ("0.0004", 0, "0s"),
    ])
    func readsAndWrites(text: String, milliseconds: Int64, written: String) throws {
        let duration = try #require(DurationText.duration(from: text))
        #expect(duration == .milliseconds(milliseconds))
        #expect(DurationText.text(of: duration) == written)
        #expect(DurationText.duration(from: written) == duration)
    }

    @Test(arguments: [
        (0, "0s"), (740, "740ms"), (5_678, "6s"), (119_400, "119s"), (373_872, "6m"), (9_000_000, "3h"),
        (200_000_000, "2d"),
    ])
    func whatWasMeasuredIsRounded(milliseconds: Int, written: String) {
        #expect(DurationText.rounded(.milliseconds(milliseconds)) == written)
    }

    @Test(arguments: ["", "s", "-1", "-1s", "1 s", "1e3", "inf", "nan", "5w", "1..2", "٣s", "999999999999999d", "0x1s"])
    func refuses(text: String) {
        #expect(DurationText.duration(from: text) == nil)
    }
}
