/// A job of kind `learn` whose subject is a style: what was learned of pictures, and whether it is nearer to them than one pass
/// through the arbitrary-style network.
package struct StyleLearningResult: Codable, Sendable, Equatable {
    /// By a network that it was not trained through, of pieces of photographs that it was not trained on; as J(G) has them.
    package struct Figure: Codable, Sendable, Equatable {
        /// `style distance` or `content distance`.
        package var measure: String
        /// Of the arbitrary-style network's own answer, of the learned style, and of paintings by 100 iterations.
        package var arbitrary: Double
        package var learned: Double
        package var optimised: Double

        package init(measure: String, arbitrary: Double, learned: Double, optimised: Double) {
            self.measure = measure
            self.arbitrary = arbitrary
            self.learned = learned
            self.optimised = optimised
        }
    }

    package var subject = LearningSubject.style
    package var name: String
    package var accepted: Bool
    /// A sentence.
    package var why: String
    /// Style pictures, and the photographs that it was learned on, those of the model store among them.
    package var pictures: Int
    package var photographs: Int
    package var figures: [Figure]
    /// Photographs that could not be used, and why.
    package var unusable: [LearningResult.Unusable]
    /// Steps of the optimiser, and after which of them the best stood.
    package var steps: Int
    package var bestStep: Int
    /// The step of an earlier attempt from which the last one went on.
    package var resumedFrom: Int?
    /// Seconds that the steps took, in all attempts; neither measuring before them nor judging behind them.
    package var seconds: Double
    /// The training's loss, in at most a hundred means.
    package var losses: [Double]
    /// Among the job's outputs: the style and its recipe, absent when it was not accepted, and the page.
    package var style: String?
    package var recipe: String?
    package var pages: [String]

    package init(
        name: String, accepted: Bool, why: String, pictures: Int, photographs: Int, figures: [Figure],
        unusable: [LearningResult.Unusable], steps: Int, bestStep: Int, resumedFrom: Int? = nil, seconds: Double,
        losses: [Double], style: String? = nil, recipe: String? = nil, pages: [String] = []
    ) {
        self.name = name
        self.accepted = accepted
        self.why = why
        self.pictures = pictures
        self.photographs = photographs
        self.figures = figures
        self.unusable = unusable
        self.steps = steps
        self.bestStep = bestStep
        self.resumedFrom = resumedFrom
        self.seconds = seconds
        self.losses = losses
        self.style = style
        self.recipe = recipe
        self.pages = pages
    }

    /// The result in words, a line each.
    package var lines: [(name: String, text: String)] {
        func whole(_ value: Double) -> String { "\(Int(value.rounded()))" }
        var lines = [
            (accepted ? "accepted" : "not accepted", why),
            ("learned", "from \(Phrases.count(pictures, "picture")), on \(Phrases.count(photographs, "photograph"))"),
        ]
        for figure in figures {
            lines.append(
                (
                    figure.measure,
                    "\(whole(figure.learned)); \(whole(figure.arbitrary)) by the arbitrary network, \(whole(figure.optimised)) optimised"
                ))
        }
        lines.append(("steps", "\(steps) in \(whole(seconds)) s, the best after \(bestStep)"))
        if !unusable.isEmpty { lines.append(("unusable", Phrases.count(unusable.count, "photograph"))) }
        return lines
    }
}
