import Testing

@testable import Wire

@Suite struct FaceEvaluationTests {
    @Test func figuresAreSaidInWords() {
        let lines = Dictionary(uniqueKeysWithValues: Examples.evaluation.lines.map { ($0.name, $0.text) })
        #expect(lines["people"] == "150, 148 of them with two pictures; 1,990 pictures, 1 not usable")
        #expect(lines["resolution"] == "faces reduced to 16 x 16 pixels")
        #expect(lines["pairs"] == "3,455 pairs of one person, 1,200,000 of two")
        #expect(lines["equal error"] == "0.31 % (0.2 % to 0.45 %)")
        #expect(lines["TAR at FAR 1 %"] == "99.8 %, from cosine 0.310")
        #expect(lines["TAR at FAR 0.01 %"]?.hasPrefix("not measurable with 1,200,000 pairs of two people") == true)
        #expect(lines["line in use"] == "cosine 0.363 accepts 99.1 % of pairs of one person, 0.0012 % of two")
        #expect(lines["open set"] == "75 enrolled by one picture, 75 strangers, 20 splits")
        #expect(lines["TPIR at FPIR 1 %"] == "98.12 % +- 0.9 %")
        #expect(lines["TPIR at FPIR 10 %"] == "not measurable with 75 strangers")
        #expect(lines["calibration"]?.contains("error (ECE) 0.5 %") == true)
    }

    @Test func anUncalibratedNetworkIsSaidToBe() {
        var evaluation = Examples.evaluation
        evaluation.calibration = nil
        #expect(evaluation.lines.last?.text == "this network's cosines were not calibrated")
    }
}
