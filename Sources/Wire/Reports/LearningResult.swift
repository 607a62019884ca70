/// What is learned.
package enum LearningSubject: String, OptionValue, CaseIterable {
    /// To tell faces apart: a model.
    case faces
    /// To paint as the pictures are painted: a style.
    case style

    /// How deep its learning can go, the usual way first.
    package var depths: [LearningDepth] {
        switch self {
        case .faces: LearningDepth.allCases
        case .style: [.all, .new]
        }
    }
}

/// How deep learning goes.
package enum LearningDepth: String, OptionValue, CaseIterable {
    /// A map of the templates: no picture is needed to take it up or to undo it.
    case head
    /// The last layer that has weights, and a head behind it.
    case last
    /// All weights of the network, and a head behind it.
    case all
    /// A small network from random weights: the exercise, no rival of a network that has seen millions.
    case new
}

/// A job of kind `learn`: what was learned of some people, and whether it is better on others.
package struct LearningResult: Codable, Sendable, Equatable {
    /// A figure of the people that were kept for judging.
    package struct Figure: Codable, Sendable, Equatable {
        /// `equal error rate`, `accuracy`…
        package var measure: String
        /// Pixels across the faces that it was measured on.
        package var resolution: Int
        /// Shares, 0…1.
        package var before: Double
        package var after: Double
        /// Their difference lies in here 95 times of 100, were other people drawn like these.
        package var low: Double
        package var high: Double

        package init(
            measure: String, resolution: Int, before: Double, after: Double, low: Double, high: Double
        ) {
            self.measure = measure
            self.resolution = resolution
            self.before = before
            self.after = after
            self.low = low
            self.high = high
        }
    }

    /// What keeps a promise with the learned model.
    package struct Threshold: Codable, Sendable, Equatable {
        /// In the gallery.
        package var templates: Int
        /// At most 1 % of strangers come as near as this to one of them.
        package var cosine: Double

        package init(templates: Int, cosine: Double) {
            self.templates = templates
            self.cosine = cosine
        }
    }

    /// The logistic head on the differences of two templates, beside a logistic curve through their cosine.
    package struct Logistic: Codable, Sendable, Equatable {
        package var accepted: Bool
        /// Mean of −ln of what was said of the truth, of the people that were kept for judging.
        package var logLossBefore: Double
        package var logLossAfter: Double
        /// The difference, as above.
        package var low: Double
        package var high: Double
        /// Expected calibration error and Brier score of the logistic head.
        package var expectedCalibrationError: Double
        package var brier: Double

        package init(
            accepted: Bool, logLossBefore: Double, logLossAfter: Double, low: Double, high: Double,
            expectedCalibrationError: Double, brier: Double
        ) {
            self.accepted = accepted
            self.logLossBefore = logLossBefore
            self.logLossAfter = logLossAfter
            self.low = low
            self.high = high
            self.expectedCalibrationError = expectedCalibrationError
            self.brier = brier
        }
    }

    /// A picture that looks less like its person than like somebody else: it was not learned from, unless its person was among those who
    /// choose or judge, where it counts as it is named.
    package struct Doubtful: Codable, Sendable, Equatable {
        package var picture: String
        package var person: String
        /// Cosine of the most alike other picture of its person.
        package var cosine: Double
        /// The person of the most alike picture, and its cosine.
        package var looksLike: String
        package var otherCosine: Double

        package init(picture: String, person: String, cosine: Double, looksLike: String, otherCosine: Double) {
            self.picture = picture
            self.person = person
            self.cosine = cosine
            self.looksLike = looksLike
            self.otherCosine = otherCosine
        }
    }

    /// A picture that could not be used, and why.
    package struct Unusable: Codable, Sendable, Equatable {
        package var picture: String
        package var error: ReportError

        package init(picture: String, error: ReportError) {
            self.picture = picture
            self.error = error
        }
    }

    package var name: String
    package var depth: LearningDepth
    /// Whether it is better on people that it never saw, and worse on no face at full size by more than 0.1 points.
    package var accepted: Bool
    /// A sentence.
    package var why: String
    /// People that were learned from, by whom the best was chosen, and who judged.
    package var learning: Int
    package var choosing: Int
    package var judging: Int
    package var pictures: Int
    /// People of one picture.
    package var strangers: Int
    package var figures: [Figure]
    /// What `faces.fpir` comes to with it; none where the people who chose and judged are too few to tell.
    package var thresholds: [Threshold]
    package var logistic: Logistic?
    package var doubtful: [Doubtful]
    package var unusable: [Unusable]
    /// Steps of the optimiser, and after which of them the best stood.
    package var steps: Int
    package var bestStep: Int
    /// The step of an earlier attempt from which the last one went on.
    package var resumedFrom: Int?
    /// The training's loss, in at most a hundred means.
    package var losses: [Double]
    /// Among the job's outputs: the model, absent when it was not accepted, and the page.
    package var model: String?
    package var pages: [String]

    package init(
        name: String, depth: LearningDepth, accepted: Bool, why: String, learning: Int, choosing: Int, judging: Int,
        pictures: Int, strangers: Int, figures: [Figure], thresholds: [Threshold],
        logistic: Logistic?, doubtful: [Doubtful],
        unusable: [Unusable], steps: Int, bestStep: Int, resumedFrom: Int? = nil, losses: [Double],
        model: String? = nil, pages: [String] = []
    ) {
        self.name = name
        self.depth = depth
        self.accepted = accepted
        self.why = why
        self.learning = learning
        self.choosing = choosing
        self.judging = judging
        self.pictures = pictures
        self.strangers = strangers
        self.figures = figures
        self.thresholds = thresholds
        self.logistic = logistic
        self.doubtful = doubtful
        self.unusable = unusable
        self.steps = steps
        self.bestStep = bestStep
        self.resumedFrom = resumedFrom
        self.losses = losses
        self.model = model
        self.pages = pages
    }
}

extension LearningResult {
    /// The result in words, a line each.
    package var lines: [FaceEvaluation.Line] {
        func percent(_ value: Double) -> String { "\((value * 10_000).rounded() / 100)" }
        var lines: [FaceEvaluation.Line] = [
            (accepted ? "accepted" : "not accepted", why),
            (
                "people",
                "learned from \(learning), chosen by \(choosing), judged by \(judging); \(pictures) pictures, \(strangers) people of one"
            ),
        ]
        for figure in figures {
            lines.append(
                (
                    "\(figure.measure), \(figure.resolution) px",
                    "\(percent(figure.before)) % before, \(percent(figure.after)) % after; difference \(percent(figure.low)) to \(percent(figure.high)) points"
                ))
        }
        if let logistic {
            lines.append(
                (
                    "logistic head",
                    "log loss \(logistic.logLossBefore) by the cosine, \(logistic.logLossAfter) by it: \(logistic.accepted ? "accepted" : "not accepted"); calibration error \(percent(logistic.expectedCalibrationError)) %, Brier \(logistic.brier)"
                ))
        }
        if accepted, !thresholds.isEmpty {
            let list = thresholds.map { "\($0.cosine) for \($0.templates) templates" }.joined(separator: ", ")
            lines.append(("thresholds", "\(list): at most 1 % of strangers are taken for somebody"))
        } else if accepted {
            lines.append(
                (
                    "thresholds",
                    "\(choosing + judging) people cannot tell that at most 1 % of strangers are taken for somebody: give faces.threshold, a greater faces.fpir, or learn from more people"
                ))
        }
        lines.append(("steps", "\(steps), the best after \(bestStep)"))
        if !doubtful.isEmpty {
            lines.append(
                (
                    "doubtful",
                    "\(doubtful.count) pictures look like somebody else: not learned from; where their people choose or judge, they count as named"
                ))
        }
        if !unusable.isEmpty { lines.append(("unusable", "\(unusable.count) pictures")) }
        return lines
    }
}

extension LearningResult.Figure {
    package var rounded: Self {
        Self(
            measure: measure, resolution: resolution, before: before.rounded6, after: after.rounded6, low: low.rounded6,
            high: high.rounded6)
    }
}

extension LearningResult.Logistic {
    package var rounded: Self {
        Self(
            accepted: accepted, logLossBefore: logLossBefore.rounded6, logLossAfter: logLossAfter.rounded6,
            low: low.rounded6, high: high.rounded6, expectedCalibrationError: expectedCalibrationError.rounded6,
            brier: brier.rounded6)
    }
}
