import Foundation
import Pictures
import Wire

/// One page of figures about a network, or about one beside that which it may replace.
package struct EvaluationPage: Sendable {
    /// What is measured of one network.
    package struct Subject: Sendable {
        /// What the legend calls it.
        package var name: String
        package var curve: VerificationCurve
        package var histogram: ScoreHistogram
        package var calibration: CalibrationMeasure?
        /// Thresholds that are in use, with their names.
        package var lines: [(name: String, score: Double)]

        package init(
            name: String, curve: VerificationCurve, histogram: ScoreHistogram, calibration: CalibrationMeasure? = nil,
            lines: [(name: String, score: Double)] = []
        ) {
            self.name = name
            self.curve = curve
            self.histogram = histogram
            self.calibration = calibration
            self.lines = lines
        }
    }

    package var title: String
    /// The key figures in words.
    package var figures: [FaceEvaluation.Line]
    package var subject: Subject
    /// What it is compared with, drawn dashed.
    package var before: Subject?
    /// The training's loss, in means of equally many steps; empty where nothing was trained.
    package var loss: [Double]
    /// How many steps that were; as many as there are losses unless it is more.
    package var steps = 0
    /// Pairs of two people, the most alike first, and of one, the least alike first.
    package var alike: [FaceEvaluation.Pair]
    package var unlike: [FaceEvaluation.Pair]

    package init(
        title: String, figures: [FaceEvaluation.Line], subject: Subject, before: Subject? = nil, loss: [Double] = [],
        alike: [FaceEvaluation.Pair] = [], unlike: [FaceEvaluation.Pair] = []
    ) {
        self.title = title
        self.figures = figures
        self.subject = subject
        self.before = before
        self.loss = loss
        self.alike = alike
        self.unlike = unlike
    }

    /// - Throws: `PictureError.notEncoded`, `outOfMemory`.
    package func bytes(_ format: EvaluationPageFormat) throws -> [UInt8] {
        switch format {
        case .svg: Array(drawing.svg.utf8)
        case .png: try drawing.picture().encodePNG()
        }
    }

    private static let width = 1000.0
    private static let margin = 24.0
    private static let chartHeight = 320.0
    private static let rowHeight = 16.0
    private static let genuine = Colour(red: 30, green: 120, blue: 60)
    private static let impostors = Colour(red: 200, green: 70, blue: 40)
    private static let present = Colour(red: 30, green: 90, blue: 170)
    private static let past = Colour(red: 150, green: 110, blue: 40)
    private static let dash = 5.0

    private var hasReliability: Bool { subject.calibration != nil }

    private typealias Place = (left: Double, top: Double)
    private typealias Panel = (Place, inout VectorDrawing) -> Void

    private static var chartWidth: Double { (width - 3 * margin) / 2 }

    /// The page, whatever becomes of it.
    package var drawing: VectorDrawing {
        var panels: [Panel] = [drawErrors, drawScores]
        if hasReliability { panels.append(drawReliability) }
        if loss.count >= 2 { panels.append(drawLoss) }
        if !panels.count.isMultiple(of: 2) { panels.append(drawThresholds) }
        let whole = Self.width - 2 * Self.margin
        let column = (figures.map { VectorDrawing.width(of: $0.name) }.max() ?? 0) + 16
        let rows = figures.flatMap { figure in
            Self.wrapped(figure.text.printable, width: whole - column).enumerated()
                .map { (name: $0 == 0 ? figure.name : "", text: $1) }
        }
        let figuresTop = Self.margin + 40
        let chartsTop = figuresTop + Self.rowHeight * Double(rows.count) + 16
        let pairsTop = chartsTop + (Self.chartHeight + 20) * Double((panels.count + 1) / 2)
        let pairs = max(alike.count, unlike.count)
        let height = pairsTop + (pairs == 0 ? 0 : Self.rowHeight * Double(pairs + 1) + 14) + Self.margin
        var page = VectorDrawing(width: Self.width, height: height)
        page.text(
            VectorDrawing.fitted(title.printable, width: whole, dot: 2), x: Self.margin, y: Self.margin + 14, dot: 2,
            Chart.ink)
        for (row, figure) in rows.enumerated() {
            let baseline = figuresTop + Self.rowHeight * Double(row) + 8
            page.text(figure.name, x: Self.margin, y: baseline, Chart.grey)
            page.text(figure.text, x: Self.margin + column, y: baseline, Chart.ink)
        }
        for (index, panel) in panels.enumerated() {
            let left = Self.margin + (Self.chartWidth + Self.margin) * Double(index % 2)
            panel((left, chartsTop + (Self.chartHeight + 20) * Double(index / 2)), &page)
        }
        if pairs > 0 {
            list(alike, "Two people, most alike", (Self.margin, pairsTop), &page)
            list(unlike, "One person, least alike", (2 * Self.margin + Self.chartWidth, pairsTop), &page)
        }
        return page
    }

    /// Words in lines of such a width; a word that is longer is cut in its middle.
    private static func wrapped(_ text: String, width: Double) -> [String] {
        text.split(separator: " ").reduce(into: []) { lines, word in
            if let last = lines.last, VectorDrawing.width(of: "\(last) \(word)") <= width {
                lines[lines.count - 1] = "\(last) \(word)"
            } else {
                lines.append(VectorDrawing.fitted(String(word), width: width))
            }
        }
    }

    private var subjects: [(subject: Subject, colour: Colour, dash: Double?)] {
        (before.map { [($0, Self.past, Self.dash)] } ?? []) + [(subject, Self.present, nil)]
    }

    /// Detection error trade-off (Martin et al. 1997), on logarithmic axes that reach down to one pair of those there are.
    private func drawErrors(_ place: Place, _ page: inout VectorDrawing) {
        func power(_ pairs: Int, _ least: Int) -> Int {
            max(least, -Int(log10(Double(max(pairs, 100))).rounded(.up)))
        }
        let chart = Chart(
            "Errors at every threshold (DET)",
            x: .shares(from: power(subject.curve.impostorPairs, -6), title: "pairs of two people accepted (FAR)"),
            y: .shares(from: power(subject.curve.genuinePairs, -4), title: "pairs of one person refused (FRR)"),
            left: place.left, top: place.top, width: Self.chartWidth, height: Self.chartHeight, on: &page)
        let diagonal = max(chart.x.range.lowerBound, chart.y.range.lowerBound)
        chart.line([(diagonal, diagonal), (1, 1)], Chart.faint, width: 1, dash: 3, on: &page)
        for (subject, colour, dash) in subjects {
            chart.line(
                subject.curve.points().filter { $0.falseAcceptance > 0 }.map {
                    ($0.falseAcceptance, 1 - $0.acceptance)
                },
                colour, width: 2, dash: dash, on: &page)
        }
        chart.legend(
            subjects.map { subject in
                let rate = String(format: "%.2f", subject.subject.curve.equalErrorRate * 100)
                let name = named(subject.subject)
                return ("\(name), equal at \(rate) %", subject.colour, subject.dash)
            }, atRight: false, atBottom: true, on: &page)
    }

    private func drawScores(_ place: Place, _ page: inout VectorDrawing) {
        let bins = 80
        let shown: ClosedRange<Float> = -0.4...1
        let shares = subjects.map { $0.subject.histogram.shares(bins: bins, over: shown) }
        let most = shares.flatMap { $0.genuine + $0.impostors }.max() ?? 1
        let top = max((most * 100 / 4).rounded(.up) * 4, 4) / 100
        let chart = Chart(
            "How alike pairs are",
            x: .linear(-0.4...1, steps: 7, title: "cosine") { String(format: "%.1f", $0) },
            y: .linear(0...top, steps: 4, title: "share of the pairs of either kind") {
                String(format: "%.0f %%", $0 * 100)
            },
            left: place.left, top: place.top, width: Self.chartWidth, height: Self.chartHeight, on: &page)
        for ((_, _, dash), shares) in zip(subjects, shares) {
            for (values, colour) in [(shares.impostors, Self.impostors), (shares.genuine, Self.genuine)] {
                var steps: [(Double, Double)] = []
                for (bin, value) in values.enumerated() {
                    let start = Double(shown.lowerBound) + 1.4 * Double(bin) / Double(bins)
                    steps += [(start, value), (start + 1.4 / Double(bins), value)]
                    guard dash == nil, value > 0 else { continue }
                    let (from, to) = (chart.point(start, value), chart.point(start + 1.4 / Double(bins), 0))
                    page.fill(
                        x: from.x, y: from.y, width: to.x - from.x, height: to.y - from.y, colour, opacity: 0.25)
                }
                chart.line(steps, colour, dash: dash, on: &page)
            }
        }
        mark(on: chart, &page)
        let kinds: [(String, Colour, Double?)] = [
            ("one person", Self.genuine, nil), ("two people", Self.impostors, nil),
        ]
        chart.legend(
            kinds + (before.map { [(named($0), Chart.grey, Self.dash)] } ?? []), atRight: false, atBottom: false,
            on: &page
        )
    }

    /// Both kinds of error against the threshold.
    private func drawThresholds(_ place: Place, _ page: inout VectorDrawing) {
        let shown = -0.2...0.8
        let chart = Chart(
            "Errors of a threshold",
            x: .linear(shown, steps: 5, title: "threshold, cosine") { String(format: "%.1f", $0) },
            y: .shares(from: -4, title: "share of the pairs of either kind"),
            left: place.left, top: place.top, width: Self.chartWidth, height: Self.chartHeight, on: &page)
        for (subject, _, dash) in subjects {
            let points = (0...200).map { step in
                let threshold = shown.lowerBound + (shown.upperBound - shown.lowerBound) * Double(step) / 200
                return (threshold, subject.curve.point(atThreshold: Float(threshold)))
            }
            chart.line(points.map { ($0.0, $0.1.falseAcceptance) }, Self.impostors, dash: dash, on: &page)
            chart.line(points.map { ($0.0, 1 - $0.1.acceptance) }, Self.genuine, dash: dash, on: &page)
        }
        mark(on: chart, &page)
        chart.legend(
            [("refused (FRR)", Self.genuine, nil), ("accepted (FAR)", Self.impostors, nil)], atRight: true,
            atBottom: true, on: &page)
    }

    /// The lines in use. The lower one's name stands at its left, so that two near each other do not meet.
    private func mark(on chart: Chart, _ page: inout VectorDrawing) {
        let least = subject.lines.map(\.score).min()
        for line in subject.lines {
            chart.mark(
                line.score, "\(line.name) \(String(format: "%.3f", line.score))",
                atLeft: subject.lines.count > 1 && line.score == least, on: &page)
        }
    }

    private func named(_ subject: Subject) -> String { VectorDrawing.fitted(subject.name.printable, width: 200) }

    private func drawReliability(_ place: Place, _ page: inout VectorDrawing) {
        let percent: (Double) -> String = { String(format: "%.0f %%", $0 * 100) }
        let chart = Chart(
            "Whether probabilities hold",
            x: .linear(0...1, steps: 5, title: "said to be one person's, mean of the bin", percent),
            y: .linear(0...1, steps: 5, title: "that are, with the 95 % interval", percent),
            left: place.left, top: place.top, width: Self.chartWidth, height: Self.chartHeight, on: &page)
        chart.line([(0, 0), (1, 1)], Chart.grey, width: 1, dash: 3, on: &page)
        for (subject, colour, dash) in subjects {
            let bins = subject.calibration?.bins ?? []
            for bin in bins where dash == nil {
                chart.line([(bin.confidence, bin.low), (bin.confidence, bin.high)], colour, width: 1, on: &page)
                let centre = chart.point(bin.confidence, bin.share)
                page.fill(x: centre.x - 3, y: centre.y - 3, width: 6, height: 6, colour)
            }
            chart.line(bins.map { ($0.confidence, $0.share) }, colour, dash: dash, on: &page)
        }
        chart.legend(
            subjects.compactMap { subject in
                subject.subject.calibration.map { calibration in
                    let error = String(format: "%.2f", calibration.expectedError * 100)
                    let name = named(subject.subject)
                    return ("\(name), error \(error) %", subject.colour, subject.dash)
                }
            }, atRight: true, atBottom: true, on: &page)
    }

    private func drawLoss(_ place: Place, _ page: inout VectorDrawing) {
        let steps = max(steps, loss.count)
        let piece = Double(steps) / Double(loss.count)
        let finite = loss.filter(\.isFinite)
        let top = max(finite.max() ?? 1, .leastNormalMagnitude)
        let chart = Chart(
            "Loss while it learned",
            x: .linear(0...Double(steps), steps: min(5, steps), title: "step") {
                String(format: "%.0f", $0)
            },
            y: .linear(0...top, steps: 4, title: "mean over active triplets") { String(format: "%.3g", $0) },
            left: place.left, top: place.top, width: Self.chartWidth, height: Self.chartHeight, on: &page)
        chart.line(
            loss.enumerated().filter(\.element.isFinite).map { ((Double($0.offset) + 0.5) * piece, $0.element) },
            Self.present,
            on: &page)
    }

    /// Names and cosines of pairs below each other.
    private func list(_ pairs: [FaceEvaluation.Pair], _ title: String, _ place: Place, _ page: inout VectorDrawing) {
        guard !pairs.isEmpty else { return }
        page.text(title, x: place.left, y: place.top + 12, dot: 1.5, Chart.ink)
        let room = (Self.chartWidth - 52) / 2
        for (row, pair) in pairs.enumerated() {
            let baseline = place.top + 14 + Self.rowHeight * Double(row + 1)
            page.text(String(format: "%.3f", pair.cosine), x: place.left, y: baseline, Chart.grey)
            for (index, name) in [pair.first, pair.second].enumerated() {
                page.text(
                    VectorDrawing.fitted(name.printable, width: room - 10),
                    x: place.left + 52 + room * Double(index), y: baseline, Chart.ink)
            }
        }
    }
}

extension EvaluationPage {
    /// The page of an evaluation of the network in use.
    package init(_ evaluation: FaceEvaluation, by evaluator: FaceEvaluator, name: String) {
        let lines = [("match", evaluator.lines.match), ("review", evaluator.lines.review)]
        self.init(
            title: "How well \(name) tells people apart", figures: evaluation.lines,
            subject: Subject(
                name: name, curve: evaluator.curve, histogram: evaluator.histogram, calibration: evaluator.calibration,
                lines: evaluator.lines.match == evaluator.lines.review ? [lines[0]] : lines),
            alike: evaluation.alike, unlike: evaluation.unlike)
    }
}
