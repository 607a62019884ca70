import Foundation
import Testing
import Wire

@testable import limner

@Suite struct TerminalTests {
    @Test func aPipeGetsWordsOnly() {
        let text = ProgressLine.text(
            title: "job", fraction: 0.459, stage: "optimising", detail: "46 of 100", width: nil)
        #expect(text == "job  45%  optimising  46 of 100")
    }

    @Test(arguments: [(0.0, 0), (0.5, 12), (0.999, 23), (1, 24), (-1, 0), (2, 24), (Double.nan, 0)])
    func theBarFillsUp(fraction: Double, cells: Int) {
        let text = ProgressLine.text(title: "x", fraction: fraction, stage: "y", detail: nil, width: 200)
        #expect(text.count { $0 == "█" } == cells)
        #expect(text.count { $0 == "░" } == 24 - cells)
    }

    @Test(arguments: [0, 1, 10, 30, 79])
    func theBarFitsTheTerminal(width: Int) {
        let text = ProgressLine.text(
            title: "a long title", fraction: 0.5, stage: "stage", detail: String(repeating: "x", count: 200),
            width: width)
        #expect(text.count == max(width, 1))
    }

    @Test func columnsLineUp() {
        var table = Table(head: ["a", "name"])
        #expect(table.isEmpty)
        table.add(["long", "x"])
        table.add(["é", "yy"])
        #expect(table.lines == ["A     NAME", "long  x", "é     yy"])
    }

    /// Marks take no column, wide letters and emoji, of however many parts, two.
    @Test(arguments: [
        ("ada", 3), ("ad\u{E4}", 3), ("ada\u{308}", 3), ("日本", 4), ("ｱ", 1), ("한글", 4),
        ("👩‍👩‍👧", 2),
        ("🇩🇪", 2), ("\u{2764}\u{FE0F}", 2), ("é\u{301}\u{302}", 1),
    ])
    func aTextTakesTheColumnsThatItShows(text: String, columns: Int) {
        #expect(text.columns == columns)
        var table = Table(head: ["name", "n"])
        table.add([text, "1"])
        #expect(table.lines[1] == text + String(repeating: " ", count: 6 - columns) + "1")
    }

    @Test func aNameForgesNoRow() {
        var table = Table(head: ["job", "source"])
        table.add(["a", "x\njob2  done\u{1B}[2J"])
        #expect(table.lines == ["JOB  SOURCE", #"a    x\njob2  done\u{1B}[2J"#])
        let text = ProgressLine.text(
            title: "x", fraction: 0, stage: "reading", detail: "a\r\u{1B}]0;b\u{7}", width: nil)
        #expect(text.unicodeScalars.allSatisfy { $0.value >= 0x20 })
    }

    @Test func phrases() {
        #expect(Phrases.time(Date(timeIntervalSince1970: 1_773_500_966.9)) == "2026-03-14 15:09:26Z")
        #expect(Phrases.bytes(1023) == "1023 B")
        #expect(Phrases.bytes(1536) == "1.5 KiB")
        #expect(Phrases.bytes(5 << 40) == "5.0 TiB")
        #expect(Phrases.duration(milliseconds: 999) == "999 ms")
        #expect(Phrases.duration(milliseconds: 12_345) == "12.3 s")
        #expect(Phrases.measure(0.36351) == "0.3635")
    }
}
