import Films
import Pictures
import Testing

@Suite struct FloTests {
    private let flow = FlowField(
        size: PixelSize(width: 3, height: 2), u: [1, -2, 0.5, 0, 4, 5], v: [0, 7, -0.25, 1, 2, -3])

    @Test func beginsAsMiddleburySays() throws {
        let bytes = flow.flo
        #expect(Array(bytes.prefix(12)) == Array("PIEH".utf8) + [3, 0, 0, 0, 2, 0, 0, 0])
        #expect(Array(bytes[12..<20]) == [0, 0, 0x80, 0x3F, 0, 0, 0, 0])
        #expect(try FlowField(flo: bytes, name: "a.flo") == flow)
    }

    @Test func refusesWhatIsNone() {
        let good = flow.flo
        var wide = good
        wide[7] = 0xFF
        for bytes in [[], Array(good.prefix(12)), Array(good.dropLast()), good + [0], wide, [0] + good.dropFirst()] {
            let error = #expect(throws: FilmError.self) { try FlowField(flo: bytes, name: "a.flo") }
            #expect(error?.message.hasPrefix("a.flo holds no flow") == true)
        }
    }
}
