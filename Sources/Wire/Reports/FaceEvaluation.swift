import Foundation

/// How well a network tells the people of a folder apart: the answer of `limner faces evaluate`.
package struct FaceEvaluation: Codable, Sendable, Equatable {
    /// A figure, and what it lies within 95 times of 100, were other people drawn like these.
    package struct Figure: Codable, Sendable, Equatable {
        package var value: Double
        /// Absent where there are too many pictures to draw people anew.
        package var low: Double?
        package var high: Double?

        package init(_ value: Double, low: Double? = nil, high: Double? = nil) {
            self.value = value
            self.low = low
            self.high = high
        }
    }

    /// A picture that could not be used, and why.
    package struct Unusable: Codable, Sendable, Equatable {
        package var person: String
        package var picture: String
        package var error: ReportError

        package init(person: String, picture: String, error: ReportError) {
            self.person = person
            self.picture = picture
            self.error = error
        }
    }

    /// How many genuine pairs a threshold accepts that lets in no more than a share of the others.
    package struct Acceptance: Codable, Sendable, Equatable {
        /// The share of pairs of two people that may be accepted: FAR.
        package var falseAcceptance: Double
        /// The share of pairs of one person that are: TAR; absent where there are too few pairs of two people to tell.
        package var acceptance: Figure?
        /// The least cosine that is accepted; absent as `acceptance`.
        package var threshold: Double?
        /// Pairs of two people without which it is not measured: thirty that are accepted.
        package var pairsNeeded: Int

        package init(falseAcceptance: Double, acceptance: Figure?, threshold: Double?, pairsNeeded: Int) {
            self.falseAcceptance = falseAcceptance
            self.acceptance = acceptance
            self.threshold = threshold
            self.pairsNeeded = pairsNeeded
        }
    }

    /// What the threshold in use accepts.
    package struct InUse: Codable, Sendable, Equatable {
        package var threshold: Double
        package var falseAcceptance: Double
        package var acceptance: Double

        package init(threshold: Double, falseAcceptance: Double, acceptance: Double) {
            self.threshold = threshold
            self.falseAcceptance = falseAcceptance
            self.acceptance = acceptance
        }
    }

    /// One with one. Every person, and every two people, weigh the same, however many pictures there are of them.
    package struct Verification: Codable, Sendable, Equatable {
        package var genuinePairs: Int
        package var impostorPairs: Int
        package var equalErrorRate: Figure
        /// At the best threshold, pairs of either kind as frequent.
        package var accuracy: Figure
        package var bestThreshold: Double
        package var areaUnderCurve: Double
        package var acceptances: [Acceptance]
        package var inUse: InUse

        package init(
            genuinePairs: Int, impostorPairs: Int, equalErrorRate: Figure, accuracy: Figure, bestThreshold: Double,
            areaUnderCurve: Double, acceptances: [Acceptance], inUse: InUse
        ) {
            self.genuinePairs = genuinePairs
            self.impostorPairs = impostorPairs
            self.equalErrorRate = equalErrorRate
            self.accuracy = accuracy
            self.bestThreshold = bestThreshold
            self.areaUnderCurve = areaUnderCurve
            self.acceptances = acceptances
            self.inUse = inUse
        }
    }

    /// How many who are enrolled are named when no more than a share of strangers is taken for somebody.
    package struct Identified: Codable, Sendable, Equatable {
        /// FPIR.
        package var falsePositives: Double
        /// TPIR, the mean of the splits; absent where there are too few strangers to tell.
        package var identified: Double?
        /// Its standard deviation between splits.
        package var deviation: Double?
        /// The mean of the splits' thresholds.
        package var threshold: Double?

        package init(falsePositives: Double, identified: Double?, deviation: Double?, threshold: Double?) {
            self.falsePositives = falsePositives
            self.identified = identified
            self.deviation = deviation
            self.threshold = threshold
        }
    }

    /// One of many: half of the people are enrolled, the others are strangers.
    package struct OpenSet: Codable, Sendable, Equatable {
        package enum Enrolled: String, Codable, Sendable, CaseIterable {
            case one
            case allButOne = "all-but-one"
        }

        /// How many pictures of each person are enrolled; the others are searched for.
        package var enrolling: Enrolled
        package var people: Int
        package var strangers: Int
        /// In the mean of the splits.
        package var templates: Double
        package var splits: Int
        package var rates: [Identified]

        package init(
            enrolling: Enrolled, people: Int, strangers: Int, templates: Double, splits: Int, rates: [Identified]
        ) {
            self.enrolling = enrolling
            self.people = people
            self.strangers = strangers
            self.templates = templates
            self.splits = splits
            self.rates = rates
        }
    }

    /// How far the probabilities of `limner compare` can be believed, pairs of either kind as frequent.
    package struct Calibration: Codable, Sendable, Equatable {
        /// The mean distance of what was said from what was so: ECE.
        package var expectedError: Double
        package var brier: Double
        package var logLoss: Double
        /// Bits a pair: 0 is best, 1 says nothing.
        package var logRatioCost: Double
        /// The same if the scores were calibrated at best.
        package var leastLogRatioCost: Double

        package init(
            expectedError: Double, brier: Double, logLoss: Double, logRatioCost: Double, leastLogRatioCost: Double
        ) {
            self.expectedError = expectedError
            self.brier = brier
            self.logLoss = logLoss
            self.logRatioCost = logRatioCost
            self.leastLogRatioCost = leastLogRatioCost
        }
    }

    /// Two pictures, `person/file` each.
    package struct Pair: Codable, Sendable, Equatable {
        package var first: String
        package var second: String
        package var cosine: Double

        package init(first: String, second: String, cosine: Double) {
            self.first = first
            self.second = second
            self.cosine = cosine
        }
    }

    /// People of whom a picture could be used.
    package var people: Int
    /// People of whom two could.
    package var comparable: Int
    /// Pictures that could be used.
    package var pictures: Int
    package var unusable: [Unusable]
    package var models: [ModelFacts]
    /// Pixels a side that the faces were reduced to before they were compared; absent for all there are.
    package var resolution: Int?
    package var verification: Verification
    package var openSet: [OpenSet]
    /// Absent where the network's cosines were not calibrated.
    package var calibration: Calibration?
    /// Of two people, the most alike first; no picture twice.
    package var alike: [Pair]
    /// Of one person, the least alike first; no picture twice.
    package var unlike: [Pair]

    package init(
        people: Int, comparable: Int, pictures: Int, unusable: [Unusable] = [], models: [ModelFacts] = [],
        resolution: Int? = nil, verification: Verification, openSet: [OpenSet], calibration: Calibration?,
        alike: [Pair], unlike: [Pair]
    ) {
        self.people = people
        self.comparable = comparable
        self.pictures = pictures
        self.unusable = unusable
        self.models = models
        self.resolution = resolution
        self.verification = verification
        self.openSet = openSet
        self.calibration = calibration
        self.alike = alike
        self.unlike = unlike
    }
}

extension FaceEvaluation {
    /// A name and what is to be said of it, a line each.
    package typealias Line = (name: String, text: String)

    /// The figures in words, for a terminal and a page.
    package var lines: [Line] {
        var lines: [Line] = []
        let missing = unusable.isEmpty ? "" : ", \(unusable.count.grouped) not usable"
        lines.append(
            (
                "people",
                "\(people.grouped), \(comparable.grouped) of them with two pictures; "
                    + "\(pictures.grouped) pictures\(missing)"
            ))
        if let resolution { lines.append(("resolution", "faces reduced to \(resolution) x \(resolution) pixels")) }
        lines += verification.lines
        lines += openSet.flatMap(\.lines)
        if let calibration {
            lines.append(
                (
                    "calibration",
                    "error (ECE) \(percent(calibration.expectedError)), Brier \(calibration.brier.short), "
                        + "cost \(calibration.logRatioCost.short) bits a pair, at best \(calibration.leastLogRatioCost.short)"
                ))
        } else {
            lines.append(("calibration", "this network's cosines were not calibrated"))
        }
        return lines
    }
}

extension FaceEvaluation.Verification {
    fileprivate var lines: [FaceEvaluation.Line] {
        let pairs = "\(genuinePairs.grouped) pairs of one person, \(impostorPairs.grouped) of two"
        let known = acceptances.map { acceptance in
            let share = percent(acceptance.falseAcceptance)
            guard let figure = acceptance.acceptance, let threshold = acceptance.threshold else {
                return (
                    "TAR at FAR \(share)",
                    "not measurable with \(impostorPairs.grouped) pairs of two people; "
                        + "\(acceptance.pairsNeeded.grouped) are needed"
                )
            }
            return ("TAR at FAR \(share)", "\(figure.text), from cosine \(threshold.places3)")
        }
        return [
            ("pairs", pairs), ("equal error", equalErrorRate.text),
            ("accuracy", "\(accuracy.text), from cosine \(bestThreshold.places3)"),
        ] + known + [
            (
                "line in use",
                "cosine \(inUse.threshold.places3) accepts \(percent(inUse.acceptance)) of pairs of one "
                    + "person, \(percent(inUse.falseAcceptance)) of two"
            )
        ]
    }
}

extension FaceEvaluation.OpenSet {
    fileprivate var lines: [FaceEvaluation.Line] {
        let how = enrolling == .one ? "one picture" : "all but one picture"
        let head =
            "\(people.grouped) enrolled by \(how), \(strangers.grouped) strangers, "
            + "\(splits.grouped) \(splits == 1 ? "split" : "splits")"
        return [("open set", head)]
            + rates.map { rate in
                guard let identified = rate.identified else {
                    return (
                        "TPIR at FPIR \(percent(rate.falsePositives))",
                        "not measurable with \(strangers.grouped) strangers"
                    )
                }
                let deviation = rate.deviation.map { " +- \(percent($0))" } ?? ""
                return ("TPIR at FPIR \(percent(rate.falsePositives))", percent(identified) + deviation)
            }
    }
}

extension FaceEvaluation.Figure {
    /// `99.52 % (99.31 % to 99.7 %)`.
    fileprivate var text: String {
        guard let low, let high else { return percent(value) }
        return "\(percent(value)) (\(percent(low)) to \(percent(high)))"
    }
}

/// Two places, or so many that two digits are not zero.
private func percent(_ share: Double) -> String {
    let value = share * 100
    let digits = value == 0 || abs(value) >= 0.1 ? 2 : 4
    var text = String(format: "%.\(digits)f", value)
    while text.contains("."), text.hasSuffix("0") || text.hasSuffix(".") { text.removeLast() }
    return text + " %"
}

extension Double {
    fileprivate var places3: String { String(format: "%.3f", self) }
    fileprivate var short: String { String(format: "%.4f", self) }
}

extension Int {
    /// `487,510`.
    fileprivate var grouped: String {
        let digits = Array(String(magnitude))
        let parts = stride(from: digits.count, to: 0, by: -3).map { String(digits[Swift.max(0, $0 - 3)..<$0]) }
        return (self < 0 ? "-" : "") + parts.reversed().joined(separator: ",")
    }
}
