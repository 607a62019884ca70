import Foundation
import TestSupport
import Testing
import Wire

@testable import Gallery

/// A gallery's own strangers, and what can be promised by them.
struct CohortTests {
    let file: GalleryFile
    let gallery: Gallery

    init() throws {
        file = try GalleryFile()
        gallery = file.open()
    }

    private var policy: GalleryPolicy {
        var settings = Settings()
        settings.faces.cohort = .collect
        return GalleryPolicy(settings)
    }

    private func job(_ number: Int, _ faces: [SeenFace]) -> [(job: JobIdentifier, faces: [SeenFace])] {
        [(Made.job(number), faces)]
    }

    private func stranger(
        _ seed: Int, _ decision: FaceDecision = .unknown, quality: Float = 1, cosine: Double? = 0.1
    ) -> SeenFace {
        SeenFace(
            number: seed, picture: "a.jpg", face: Made.new(seed, mixedWith: 0, share: 0, quality: quality),
            decision: decision, cosine: cosine, revision: 0)
    }

    @Test func strangersAreCollectedOnceAPersonAndOnlyWhenAskedFor() throws {
        try gallery.enroll([Made.new(1)], as: PersonName("ada"))
        let before = try gallery.searchIndex(of: Made.model).revision
        let faces = (100..<112).map { stranger($0) }
        try gallery.remember(job(1, faces))
        #expect(try gallery.forgetStrangers() == 0, "off")
        try gallery.remember(job(1, faces), policy: policy)
        try gallery.remember(job(2, faces), policy: policy)
        try gallery.remember(
            job(
                3,
                [
                    stranger(200, .match), stranger(201, quality: 0.1), stranger(202, cosine: 0.5),
                    SeenFace(
                        number: 4, picture: "a.jpg", face: Made.new(100, mixedWith: 7, share: 0.3, source: 9),
                        decision: .unknown, revision: 0),
                ]), policy: policy)
        #expect(try gallery.thresholds(policy).strangers == 12)
        #expect(try gallery.searchIndex(of: Made.model).revision == before + 1, "solved anew once there are ten")
        try gallery.remember(job(4, [stranger(300)]), policy: policy)
        #expect(try gallery.searchIndex(of: Made.model).revision == before + 1, "one more is not worth it")
        let later = file.open(at: 1_700_000_000 + 366 * 86_400)
        #expect(try later.expire(policy) > 13, "strangers and faces")
        #expect(try gallery.thresholds(policy).strangers == 0)
        try gallery.remember(job(5, faces), policy: policy)
        #expect(try gallery.forgetStrangers() == 12 && gallery.thresholds(policy).strangers == 0)
    }

    @Test func whoIsErasedIsNoStrangerEither() throws {
        let ada = try PersonName("ada")
        try gallery.enroll([Made.new(1)], as: PersonName("bob"))
        try gallery.remember(job(1, [stranger(5), stranger(6)]), policy: policy)
        try gallery.enroll([Made.new(5, mixedWith: 3, share: 0.2, source: 9)], as: ada)
        #expect(try gallery.erase(ada).strangers == 1)
        #expect(try gallery.forgetStrangers() == 1)
    }

    /// Portraits' cosines as they are distributed, and faces that are drawn from them.
    private static let truth = ImpostorTail(start: 0.2758, share: 0.02, scale: 0.03631, shape: -0.1127, strangers: 1566)

    /// Cosines of strangers to so many templates, without those whom the line kept out.
    private func draw(_ strangers: Int, templates: Int, below line: Double, seed: UInt64) -> [[Float]] {
        var state = seed
        func next() -> Double {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Double(state >> 11) / Double(1 << 53)
        }
        var drawn: [[Float]] = []
        while drawn.count < strangers {
            let row = (0..<templates).map { _ in Float(Self.truth.cosine(rate: max(next(), 1e-12))) }
            if row.max().map({ Double($0) < line }) ?? false { drawn.append(row) }
        }
        return drawn
    }

    @Test(arguments: [30, 300])
    func whatIsFittedToThoseWhoStayedBelowTheLineHoldsForAll(templates: Int) throws {
        let line = DecisionRule().lines(searching: templates, tail: Self.truth).lines.review
        for seed in 1...4 {
            let cosines = draw(400, templates: templates, below: line, seed: UInt64(seed))
            let tail = try #require(
                ImpostorTail.fitted(to: cosines, templates: templates, reviewed: line, fpir: 0.01, known: Self.truth))
            let got = Self.truth.fpir(tail.threshold(fpir: 0.01, templates: templates), templates: templates)
            #expect((0.001...0.012).contains(got), "\(templates), \(seed): \(got)")
            #expect(tail.strangers == 400)
            let again = ImpostorTail.fitted(
                to: cosines, templates: templates, reviewed: line, fpir: 0.01, known: Self.truth)
            #expect(again == tail, "one gallery has one threshold")
        }
        let few = draw(49, templates: templates, below: line, seed: 1)
        #expect(
            ImpostorTail.fitted(to: few, templates: templates, reviewed: line, fpir: 0.01, known: Self.truth) == nil)
        let alone = draw(60, templates: 1, below: 0.9, seed: 1)
        #expect(ImpostorTail.fitted(to: alone, templates: 1, reviewed: 0.9, fpir: 0.01, known: nil) == nil)
    }

    @Test func ownStrangersDecideWhereTheyCan() throws {
        var own = Self.truth
        own.strangers = 212
        let rule = DecisionRule(fpir: 0.01)
        #expect(try rule.tail(own: own, known: Self.truth) == own)
        #expect(try DecisionRule(fpir: 0.001).tail(own: own, known: Self.truth) == Self.truth, "212 cannot tell")
        #expect(try DecisionRule(threshold: 0.4, fpir: 0.0001).tail(own: own, known: nil) == own)
        #expect(try rule.tail(own: nil, known: nil) == nil)
        let error = GalleryError.unmeasurable(fpir: 0.001, strangers: 212)
        #expect(throws: error) { try DecisionRule(fpir: 0.001).tail(own: own, known: nil) }
        let report = ReportError(error)
        #expect(report.code == .promiseUnmeasurable)
        #expect(report.message.contains("0.1 % ") && report.message.contains("not measurable with 212 strangers"))
        #expect(report.hint.contains("0.0024"), "\(report.hint)")
        #expect(throws: GalleryError.unmeasurable(fpir: 0.0001, strangers: 1566)) {
            try DecisionRule(fpir: 0.0001).tail(own: own, known: Self.truth)
        }
    }

    /// From faces that were seen to the sentence.
    @Test func aGalleryOfItsOwnStrangersSaysHowManyItSaw() throws {
        for number in 1...30 { try gallery.enroll([Made.new(number)], as: PersonName("person \(number)")) }
        let faces = (1000..<1400).map { stranger($0) }
        try gallery.remember(job(1, faces), policy: policy)
        let answer = try gallery.answer(GalleryQuestion(.thresholds), policy: policy)
        let thresholds = try #require(answer.thresholds)
        let seen = try #require(thresholds.promise).strangers
        #expect(seen >= 50 && seen <= thresholds.strangers && thresholds.templates == 30)
        #expect(thresholds.promise?.sentence.contains("\(seen) seen, N = 30") == true)
        let tail = try #require(try gallery.searchIndex(of: Made.model).strangers)
        #expect(tail.strangers == seen)
    }
}
