import Foundation
import Parsing
import Testing
import Wire

@testable import Gallery
@testable import Spool
@testable import limner

struct AnswerTextTests {
    @Test func theTraceIsCommaSeparated() {
        let losses = [
            StyleLosses(iteration: 0, total: 1.5, content: 0, style: 1.25, tv: 0.25, size: 128),
            StyleLosses(iteration: 10, total: 1e-7, content: 1e-7, style: 0, tv: 0, size: 181),
        ]
        #expect(
            LossTrace.csv(losses) == """
                iteration,total,content,style,tv,size
                0,1.5,0.0,1.25,0.25,128
                10,1e-07,1e-07,0.0,0.0,181

                """)
        #expect(LossTrace.csv([]) == LossTrace.header + "\n")
        let photo = [StyleLosses(iteration: 3, total: 4, content: 1, style: 1, tv: 0, size: 64, matting: 2)]
        let lined = [StyleLosses(iteration: 1, total: 2, content: 0, style: 1, tv: 0, size: 64, lines: 1)]
        #expect(LossTrace.csv(lined) == "iteration,total,content,style,tv,size,lines\n1,2.0,0.0,1.0,0.0,64,1.0\n")
        #expect(LossTrace.csv(photo) == "iteration,total,content,style,tv,size,matting\n3,4.0,1.0,1.0,0.0,64,2.0\n")
        let matched = [StyleLosses(iteration: 1, total: 2, content: 0, style: 1, tv: 0, size: 64, histogram: 1)]
        #expect(
            LossTrace.csv([
                StyleLosses(
                    iteration: 1, total: 2, content: 0, style: 2, tv: 0, size: 64,
                    styleLosses: [.wasserstein: 1.5, .gram: 0.5])
            ]) == "iteration,total,content,style,tv,size,gram,wasserstein\n1,2.0,0.0,2.0,0.0,64,0.5,1.5\n")
        #expect(
            LossTrace.csv(matched) == "iteration,total,content,style,tv,size,histogram\n1,2.0,0.0,1.0,0.0,64,1.0\n")
    }

    @Test func aComparisonSaysEverythingThatItKnows() {
        let lines = DecisionLines(match: 0.363, review: 0.3)
        func text(_ comparison: FaceComparison, poor: [String] = []) -> String {
            CompareCommand.lines(of: comparison, quality: "0.9 and 0.1", poor: poor).joined(separator: "\n")
        }
        let same = text(
            FaceComparison(Similarity(cosine: 0.5), lines: lines, evidence: FaceEvidence(logRatio: 5, by: .cosine)))
        for words in [
            "distance   1.0000", "cosine     0.5000", "threshold  0.3630", "quality    0.9 and 0.1",
            "decision   match: the same person",
            "evidence   148 times likelier of one person than of two",
        ] {
            #expect(same.contains(words), "\(same)")
        }
        let doubtful = FaceComparison(Similarity(cosine: 0.31), lines: lines)
        #expect(text(doubtful).hasSuffix("review: perhaps the same person"))
        let other = FaceComparison(
            Similarity(cosine: 0.1), lines: lines, evidence: FaceEvidence(logRatio: -5, by: .cosine))
        #expect(text(other).contains("likelier of two people than of one"))
        #expect(text(other).contains("decision   unknown: no match\n"))
        // What a face that shows too little says of people was measured by nobody.
        for (cosine, decision) in [
            (0.6, "review: perhaps the same person, as b.png shows too little for a match"),
            (0.31, "review: perhaps the same person; b.png shows too little to be sure"),
            (0.1, "unknown: no match; b.png shows too little to be sure"),
        ] {
            let poor = text(
                FaceComparison(
                    Similarity(cosine: Float(cosine)), lines: lines, isClear: false,
                    evidence: FaceEvidence(logRatio: 5, by: .cosine)), poor: ["b.png"])
            #expect(poor.hasSuffix("decision   \(decision)"), "\(poor)")
        }
    }

    @Test func aFilmThatBrokeOffIsSaidToHaveSo() {
        func film(_ frames: Int, of announced: Int?, partial: Bool? = nil) -> PaintedFilm {
            PaintedFilm(
                frames: frames, rate: "10", isUneven: false, cuts: [], secondsPerFrame: 1, warpError: nil,
                announced: announced, partial: partial, damage: "partial file", poster: nil)
        }
        func text(_ film: PaintedFilm) -> String {
            JobText.lines(
                of: .stylize(
                    StylizationResult(pictures: [
                        .init(
                            input: "a.mp4", output: "b.mp4", width: 8, height: 6, iterations: 0, losses: [], film: film)
                    ]))
            ).joined()
        }
        #expect(
            text(film(7, of: 12))
                == "a.mp4: b.mp4, 8x6, 7 frames where the file speaks of 12, of a damaged film (partial file), of one pass"
        )
        #expect(film(3, of: 12, partial: true).extent == "3 of 12 frames" && film(1, of: nil).extent == "1 frame")
    }

    @Test func whatMovesIsSaidToStandStill() {
        func told(_ format: PictureFormat, _ animated: Bool?, _ role: InputRole = .picture, of kind: JobKind) -> String?
        {
            InputFacts(role: role, path: "a b.x", format: format, animated: animated).stillness(in: kind)
        }
        #expect(told(.gif, nil, of: .stylize) == nil)
        let taken = "a b.x moves, and its first frame alone was taken"
        #expect(
            told(.gif, true, of: .stylize)
                == "\(taken); for all of them, make a film of it: ffmpeg -i 'a b.x' -c:v ffv1 FILM.mkv")
        #expect(
            told(.webp, true, of: .stylize)?.contains("(mkdir -p FRAMES && convert 'a b.x' -coalesce FRAMES/%04d.png)")
                == true)
        #expect(told(.gif, true, .style, of: .stylize) == taken && told(.gif, true, of: .identify) == taken)
    }

    @Test func aDecisionIsExplained() throws {
        let lines = DecisionLines(match: 0.363, review: 0.31)
        func explained(_ fpir: Double?, _ promise: ThresholdPromise?) -> String {
            ExplainDecisions.lines(
                of: .init(
                    templates: 37, identify: lines, promise: promise, fpir: fpir, verify: lines, strangers: 212)
            ).joined(separator: "\n")
        }
        let promise = ThresholdPromise(fpir: 0.01, strangers: 212, threshold: 0.41, templates: 37)
        let promised = explained(0.01, promise)
        #expect(
            promised.contains("threshold 0.41: at most 1 % of strangers, 212 seen, N = 37"), "\(promised)")
        #expect(explained(0.02, nil).contains("threshold 0.3630, as faces.threshold says: "))
        #expect(explained(nil, nil).contains("not known of this network"))
    }

    @Test func theProofIsAnEquation() {
        var counts = JobCounts()
        counts.seen = 9
        counts.done = 5
        counts.waiting = 1
        counts.failed = 1
        counts.quarantined = 2
        #expect(
            StatusCommand.lines(ProofAnswer(root: "/r", inbox: 3, counts: counts, findings: [])).joined(separator: "\n")
                == """
                9 seen = 2 queued + 0 running + 5 done + 2 quarantined + 0 cancelled
                3 in the inbox, not taken yet
                0 unaccounted
                """)
        let finding = ProofAnswer.Finding(.reportMissing, "j", "outbox/j holds no report.json")
        let bad = ProofAnswer(root: "/r", inbox: 0, counts: counts, findings: Array(repeating: finding, count: 101))
        let text = StatusCommand.lines(bad).joined(separator: "\n")
        #expect(text.contains("101 unaccounted\n  report-missing: outbox/j holds no report.json\n"))
        #expect(text.contains("  and 1 more\nPlease report this"))
    }

    @Test func facesAreCountedAndPlaced() {
        let point = FacePoint(x: 1, y: 2)
        let facts = DetectedFace(
            box: FaceBox(x: 10, y: 20, width: 30, height: 40),
            landmarks: FaceLandmarks(rightEye: point, leftEye: point, nose: point, rightMouth: point, leftMouth: point),
            score: 0.9)
        let one = FacesAnswer.Face(face: facts, template: [0.5, -0.25], quality: 0.75)
        #expect(
            FindFaces.lines(of: [one], in: "a.jpg")
                == ["a.jpg: 1 face", "  30x40 at 10,20, score 0.9000, quality 0.7500", "  0.500000 -0.250000"])
        #expect(FindFaces.lines(of: [], in: "b.jpg") == ["b.jpg: no face"])
        #expect(FindFaces.lines(of: [one, one], in: "c.jpg").first == "c.jpg: 2 faces")
    }

    @Test func whatAnotherModelInUseMeansIsSaid() {
        var change = ModelInUse.Change(
            inUse: "learned:a", before: "learned:b", live: true, people: 3, needReenrolment: ["Ada"])
        #expect(
            ModelInUse.lines(of: change) == [
                "learned:a is in use; before it was learned:b", "the daemon heeds it from the next job on",
                "it knows 2 of 3 people", "Ada: needs re-enrolment",
            ])
        change.overruled = "sface-2021dec, by environment LIMNER_FACES_EMBEDDER"
        #expect(ModelInUse.lines(of: change)[1].contains("all the same"))
        change = ModelInUse.Change(inUse: "x", before: "y", live: false, people: 0, needReenrolment: [])
        #expect(ModelInUse.lines(of: change).last?.hasPrefix("no daemon answers") == true)
    }

    @Test func theWorkersPathsAreSaidAsTyped() {
        let paths = [GivenPath(typed: "a", path: "/w/a"), GivenPath(typed: "a.jpg", path: "/w/a.jpg")]
        let error = ReportError(code: .pictureEmpty, message: "/w/a.jpg is empty, /w/a is not.", hint: "Fill /w/a.jpg.")
        let named = error.naming(paths)
        #expect(named.message == "a.jpg is empty, a is not.")
        #expect(named.hint == "Fill a.jpg.")
        #expect(named.code == .pictureEmpty)
    }

    @Test(arguments: [
        ("ember-red", "ember-red"), ("café_2.b", "café_2.b"), ("two waves", "'two waves'"), ("it's", #"'it'\''s'"#),
        ("$(x)", "'$(x)'"),
    ])
    func aStylesNameIsOneWordForAShell(_ name: String, _ word: String) {
        #expect(name.shellWord == word)
    }

    @Test func aStyleIsSaidInALine() {
        var style = StyleFacts(name: "waves", kind: .recipe, title: "Waves")
        style.blend = [.init(name: "ember-red", weight: 0.25), .init(name: "red-bricks", weight: 0.75)]
        style.given.strength = 0.5
        #expect(StyleText.summary(of: style) == "Waves; ember-red, 25 %; red-bricks, 75 %; strength 0.5")
        style.pictures = [.init(path: "waves/a.png", weight: 1)]
        #expect(StyleText.lines(of: style)[2] == "  waves/a.png cannot be used")
        style.error = ReportError(code: .styleInvalid, message: "It is broken.")
        #expect(StyleText.summary(of: style) == "style-invalid: It is broken.")
    }

    @Test func anEmptyGalleryIsSaidInWords() {
        #expect(GalleryText.people(GalleryAnswer(people: [])) == ["nobody is enrolled"])
        let people = [GalleryAnswer.Person(name: "Ada", templates: 2, lastEnrolled: nil)]
        #expect(GalleryText.people(GalleryAnswer(people: people)).last == "Ada     2          -")
        let left = [GalleryAnswer.Person(name: "Ada", templates: 2, lastEnrolled: nil, comparable: 0)]
        #expect(GalleryText.people(GalleryAnswer(people: left)).last?.hasPrefix("Ada: needs re-enrolment") == true)
    }
}
