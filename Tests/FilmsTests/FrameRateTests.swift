import Films
import Testing

@Suite struct FrameRateTests {
    @Test(arguments: [
        ("25", 25, 1), ("50/2", 25, 1), ("30000/1001", 30000, 1001), ("30000:1001", 30000, 1001),
        ("29.97", 30000, 1001), ("23.976", 24000, 1001), ("23.98", 24000, 1001), ("59.94", 60000, 1001),
        ("12.5", 25, 2), ("29.5", 59, 2), ("0.5", 1, 2), ("1000", 1000, 1), ("25.000", 25, 1), ("24.0", 24, 1),
    ])
    func reads(text: String, numerator: Int, denominator: Int) throws {
        let rate = try FrameRate(parsing: text)
        #expect((rate.numerator, rate.denominator) == (numerator, denominator))
    }

    @Test(
        arguments: [
            (23.976023976023978, 24000, 1001), (29.97, 30000, 1001), (25, 25, 1), (12.5, 25, 2),
            (1.0 / 3, 1, 3), (30000.0 / 1001, 30000, 1001), (25.0 / 3, 25, 3), (8.333333, 8_333_333, 1_000_000),
            (Double.pi, 3_141_593, 1_000_000), (1000, 1000, 1),
        ] as [(Double, Int, Int)])
    func numbersAreRead(_ number: Double, _ numerator: Int, _ denominator: Int) throws {
        let rate = try FrameRate(nearest: number)
        #expect((rate.numerator, rate.denominator) == (numerator, denominator))
    }

    @Test(arguments: [0, -25, 1001, .infinity, .nan, 1e-9])
    func numbersBeyondAreRefused(_ number: Double) {
        #expect(throws: FilmError.self) { try FrameRate(nearest: number) }
    }

    @Test(arguments: [
        "", "0", "0/0", "0:1", "25/0", "-25", "+25", "1001", "1e3", "25/", "/25", "25/1/1", "1/2000000000", "1/3601",
        "99999999999999999999",
        "25.", ".5", "25.1234567", "٢٥", "nan", " 25",
    ])
    func refuses(text: String) {
        #expect(throws: FilmError.notAFrameRate(text: text)) { try FrameRate(parsing: text) }
    }

    @Test func termsAreExact() throws {
        let rate = try FrameRate(parsing: "30000/1001")
        #expect(rate.description == "30000/1001" && abs(rate.value - 29.97003) < 1e-5)
        #expect(FrameRate(1, over: FrameRate.longestFrame) != nil)
        #expect(FrameRate(1001) == nil && FrameRate(0) == nil && FrameRate(25, over: -1) == nil)
    }
}
