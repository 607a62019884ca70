import Spool
import Wire

/// Jobs and their results as people read them.
enum JobText {
    static func detail(_ detail: JobDetail) -> [String] {
        let job = detail.job
        var lines = ["\(job.id)  \(job.kind?.rawValue ?? "no kind")  \(job.state.rawValue)"]
        lines.append("from \(job.source), priority \(job.priority), \(Phrases.count(job.attempt, "attempt"))")
        lines += detail.events.map { event in
            "  \(Phrases.time(event.time))  \(event.from.map { "\($0.rawValue) to " } ?? "")\(event.to.rawValue): \(event.why)"
        }
        if let progress = job.progress {
            let resumed = progress.resumedFrom.map { "after going on from \($0)" }
            let words = [progress.stage, progress.detail, resumed].compactMap(\.self).joined(separator: ", ")
            lines.append("\(Int(progress.fraction * 100))%: \(words)")
        }
        if let result = detail.report?.result { lines += self.lines(of: result) }
        lines += (detail.report?.inputs ?? []).compactMap { $0.stillness(in: job.kind) }
        lines += (detail.retrospect ?? []).map { addition in
            let who =
                switch addition.decision {
                case .match: addition.person ?? ""
                case .review: "\(addition.candidate?.person ?? "somebody")?, to be reviewed"
                case .unknown: "unknown"
                }
            let teller = addition.by == .user ? "confirmed" : "by the gallery since then"
            return "  \(Phrases.time(addition.time))  face \(addition.face): \(who), \(teller)"
        }
        if let error = detail.report?.error ?? job.error {
            lines += ["\(error.code.rawValue): \(error.message)", "  \(error.hint)"]
        }
        if let waitsFor = detail.waitsFor { lines.append("waits for \(waitsFor)") }
        if let folder = detail.folder { lines.append("in \(folder)") }
        return lines
    }

    static func lines(of result: JobResult) -> [String] {
        switch result {
        case .enroll(let result):
            return result.enrolled.map { photograph in
                let known =
                    photograph.nearDuplicate.map {
                        " (adds nothing to an earlier photograph, cosine \(Phrases.measure($0.cosine)))"
                    }
                    ?? (photograph.alreadyEnrolled ? " (had been already)" : "")
                return
                    "\(photograph.input): enrolled as \(result.person)\(known), quality \(Phrases.measure(photograph.quality))"
            } + ["\(result.person) has \(Phrases.count(result.templates, "template"))"]
                + (result.namesakes ?? []).map {
                    "\($0) is another person: the names differ in upper and lower case only"
                }
        case .verify(let result):
            let claim = result.person ?? result.reference ?? ""
            return result.probes.map { probe in
                let warnings = (probe.warnings ?? []).map { "; \(warning($0))" }.joined()
                let number = probe.number.map { "face \($0): " } ?? ""
                return "\(probe.input): \(number)\(comparison(probe.comparison)) with \(claim)\(warnings)"
            }
        case .identify(let result):
            return result.pictures.flatMap { picture in
                (picture.faces.isEmpty
                    ? ["\(picture.input): no face"] : picture.faces.map { "\(picture.input): \(identified($0))" })
                    + (picture.repeated ?? []).map { "\(picture.input): more than one face was taken for \($0)" }
            }
        case .learn(let result):
            let figures = result.lines
            let column = (figures.map(\.name.count).max() ?? 0) + 2
            return figures.map { $0.name + String(repeating: " ", count: column - $0.name.count) + $0.text }
                + result.doubtful.map {
                    "  \($0.picture) looks like \($0.looksLike) (\(Phrases.measure($0.otherCosine))), not like \($0.person) (\(Phrases.measure($0.cosine)))"
                } + result.unusable.map { "  \($0.picture): \($0.error.message)" }
                + (result.resumedFrom.map { ["the last attempt went on from step \($0)"] } ?? [])
        case .learnStyle(let result):
            let column = (result.lines.map(\.name.count).max() ?? 0) + 2
            return result.lines.map { $0.name + String(repeating: " ", count: column - $0.name.count) + $0.text }
                + result.unusable.map { "  \($0.picture): \($0.error.message)" }
                + (result.resumedFrom.map { ["the last attempt went on from step \($0)"] } ?? [])
        case .feedback(let result):
            return result.corrections.map { correction in
                let (said, change) =
                    correction.verdict == .confirm
                    ? ("is \(correction.person)'s", "more") : ("is not \(correction.person)'s", "less")
                let face = "face \(correction.face) of \(correction.job)"
                if let error = correction.error { return "\(face): \(error.message) \(error.hint)" }
                let count = correction.templates ?? 0
                return "\(face) \(said)" + (count > 0 ? ", who has \(GalleryText.templates(count)) \(change)" : "")
            }
        case .stylize(let result):
            return result.pictures.map { painting in
                let resumed = painting.resumedFrom.map { ", the last attempt from iteration \($0)" } ?? ""
                let each = painting.film.map { $0.summary + ($0.lacks.isEmpty ? " of " : ", of ") } ?? ""
                let pass = painting.iterations == 0 ? "one pass" : Phrases.count(painting.iterations, "iteration")
                let iterations = each + pass + resumed
                let scaled = Phrases.scaled(from: painting.scaledFrom)
                let how = Phrases.painted(
                    inParts: painting.parts == true, by: painting.optimizer, ignoring: painting.ignored ?? [])
                let blend =
                    painting.blend.map { ", \(Phrases.measure($0)) of the way from the first style to the last" } ?? ""
                return
                    "\(painting.input): \(painting.output), \(painting.width)x\(painting.height)\(scaled), \(iterations)\(how)\(blend)"
            }
        }
    }

    static func comparison(_ comparison: FaceComparison) -> String {
        let word =
            switch comparison.decision {
            case .match: "match"
            case .review: "to be reviewed"
            case .unknown: "no match"
            }
        return """
            \(word): cosine \(Phrases.measure(comparison.cosine)) (threshold \(comparison.threshold)), \
            distance \(Phrases.measure(comparison.l2))
            """
    }

    private static func warning(_ warning: FaceWarning) -> String {
        switch warning {
        case .unreadable: "cannot be read"
        case .qualityLow: "shows too little"
        case .marginSmall: "somebody else is almost as near"
        case .denied: "somebody has said that it is another's"
        }
    }

    private static func identified(_ face: IdentificationResult.Face) -> String {
        let best = face.candidates.first.map { ", nearest \($0.person) at \(Phrases.measure($0.cosine))" } ?? ""
        let who =
            switch face.decision {
            case .match: face.person ?? ""
            case .review: "\(face.candidates.first?.person ?? "somebody")?, to be reviewed"
            case .unknown: "unknown"
            }
        let warnings = (face.warnings ?? []).map { "; \(warning($0))" }.joined()
        let denied = (face.denied ?? []).map { "; not \($0), as somebody has said" }.joined()
        let number = face.number.map { "face \($0): " } ?? ""
        return "\(number)\(who) (\(Phrases.box(face.face.box))\(best)\(denied)\(warnings))"
    }
}
