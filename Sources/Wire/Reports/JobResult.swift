/// What came out of a job, by kind. As JSON on its own: `{"kind": "verify", "value": {…}}`; in a report the kind stands beside it.
package enum JobResult: Codable, Sendable, Equatable {
    case enroll(EnrollmentResult)
    case verify(VerificationResult)
    case identify(IdentificationResult)
    case stylize(StylizationResult)
    case learn(LearningResult)
    /// Of the kind `learn`, too: its value says `"subject": "style"`.
    case learnStyle(StyleLearningResult)
    case feedback(FeedbackResult)

    package var kind: JobKind {
        switch self {
        case .enroll: .enroll
        case .verify: .verify
        case .identify: .identify
        case .stylize: .stylize
        case .learn, .learnStyle: .learn
        case .feedback: .feedback
        }
    }

    private enum CodingKeys: String, CodingKey {
        case kind, value
    }

    /// Absent from what was learned of faces.
    private enum SubjectKey: String, CodingKey {
        case subject
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let kind = try container.decode(JobKind.self, forKey: .kind)
        try self.init(kind: kind, from: container.superDecoder(forKey: .value))
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(kind, forKey: .kind)
        try encodeValue(to: container.superEncoder(forKey: .value))
    }

    /// Reads the bare value of a kind that is known from elsewhere.
    package init(kind: JobKind, from decoder: any Decoder) throws {
        switch kind {
        case .enroll: self = .enroll(try EnrollmentResult(from: decoder))
        case .verify: self = .verify(try VerificationResult(from: decoder))
        case .identify: self = .identify(try IdentificationResult(from: decoder))
        case .stylize: self = .stylize(try StylizationResult(from: decoder))
        case .learn:
            let subject = try decoder.container(keyedBy: SubjectKey.self)
                .decodeIfPresent(LearningSubject.self, forKey: .subject)
            self =
                switch subject ?? .faces {
                case .faces: .learn(try LearningResult(from: decoder))
                case .style: .learnStyle(try StyleLearningResult(from: decoder))
                }
        case .feedback: self = .feedback(try FeedbackResult(from: decoder))
        }
    }

    /// Writes the value without its kind.
    package func encodeValue(to encoder: any Encoder) throws {
        switch self {
        case .enroll(let value): try value.encode(to: encoder)
        case .verify(let value): try value.encode(to: encoder)
        case .identify(let value): try value.encode(to: encoder)
        case .stylize(let value): try value.encode(to: encoder)
        case .learn(let value): try value.encode(to: encoder)
        case .learnStyle(let value): try value.encode(to: encoder)
        case .feedback(let value): try value.encode(to: encoder)
        }
    }
}

/// A job of kind `enroll`.
package struct EnrollmentResult: Codable, Sendable, Equatable {
    package struct Enrolled: Codable, Sendable, Equatable {
        /// ``InputFacts/path`` of the photograph.
        package var input: String
        package var face: DetectedFace
        /// 0…1; higher is better for comparison.
        package var quality: Double
        /// The same photograph had given this person the same template before; nothing was added.
        package var alreadyEnrolled: Bool
        /// A template of the person that this one is all but the same as, so that nothing was added; else absent.
        package var nearDuplicate: NearTemplate?

        package init(
            input: String, face: DetectedFace, quality: Double, alreadyEnrolled: Bool,
            nearDuplicate: NearTemplate? = nil
        ) {
            self.input = input
            self.face = face
            self.quality = quality
            self.alreadyEnrolled = alreadyEnrolled
            self.nearDuplicate = nearDuplicate
        }
    }

    package var person: String
    package var enrolled: [Enrolled]
    /// How many templates the person has now.
    package var templates: Int
    /// Other people of the gallery whose names differ in upper and lower case only; absent when there are none.
    package var namesakes: [String]?

    package init(person: String, enrolled: [Enrolled], templates: Int, namesakes: [String]? = nil) {
        self.person = person
        self.enrolled = enrolled
        self.templates = templates
        self.namesakes = namesakes
    }
}

/// A job of kind `verify`.
package struct VerificationResult: Codable, Sendable, Equatable {
    package struct Probe: Codable, Sendable, Equatable {
        /// As ``IdentificationResult/Face/number``; absent as well where a reference picture was compared with.
        package var number: Int?
        package var input: String
        package var face: DetectedFace
        /// 0…1; higher is better for comparison. As ``EnrollmentResult/Enrolled/quality``.
        package var quality: Double
        package var comparison: FaceComparison
        /// Absent where there is none.
        package var warnings: [FaceWarning]?

        package init(
            input: String, face: DetectedFace, quality: Double, comparison: FaceComparison, warnings: [FaceWarning] = []
        ) {
            self.input = input
            self.face = face
            self.quality = quality
            self.comparison = comparison
            self.warnings = warnings.isEmpty ? nil : warnings
        }
    }

    /// The claimed person; absent when a reference picture was given.
    package var person: String?
    /// ``InputFacts/path`` of the reference picture.
    package var reference: String?
    package var probes: [Probe]

    package init(person: String? = nil, reference: String? = nil, probes: [Probe]) {
        self.person = person
        self.reference = reference
        self.probes = probes
    }
}

/// A job of kind `identify`.
package struct IdentificationResult: Codable, Sendable, Equatable {
    package struct Candidate: Codable, Sendable, Equatable {
        package var person: String
        /// Of the person's best template.
        package var cosine: Double
        package var l2: Double
        /// How many templates of the person were compared.
        package var templates: Int

        package init(person: String, cosine: Double, l2: Double, templates: Int) {
            self.person = person
            self.cosine = cosine
            self.l2 = l2
            self.templates = templates
        }
    }

    package struct Face: Codable, Sendable, Equatable {
        /// Its place among all faces of the job, from 1: the face of `limner gallery confirm` and `deny`. Absent where it could not
        /// be read, and in reports of before 0.2.
        package var number: Int?
        package var face: DetectedFace
        /// 0…1; higher is better for comparison. Absent where the face could not be read.
        package var quality: Double?
        package var decision: FaceDecision
        /// Who it is, of a match; of a review the first candidate is meant.
        package var person: String?
        /// Least cosine similarity of a match.
        package var threshold: Double
        /// Least cosine similarity that somebody has to look at.
        package var review: Double
        /// Cosine of the best candidate less that of the runner-up; absent with fewer than two people.
        package var margin: Double?
        /// Which share of strangers comes as near to somebody of this gallery, 0…1; absent where that is not known of the network.
        package var strangerShare: Double?
        /// Best first.
        package var candidates: [Candidate]
        /// Of whom somebody has said that the face, or its near twin, is not theirs: they are no candidates. Absent where nobody is.
        package var denied: [String]?
        /// Absent where there is none.
        package var warnings: [FaceWarning]?

        package init(
            face: DetectedFace, quality: Double?, decision: FaceDecision, person: String?, lines: DecisionLines,
            margin: Double?, strangerShare: Double? = nil, candidates: [Candidate], denied: [String] = [],
            warnings: [FaceWarning] = []
        ) {
            self.face = face
            self.quality = quality
            self.decision = decision
            self.person = person
            threshold = lines.match.rounded4
            review = lines.review.rounded4
            self.margin = margin
            self.strangerShare = strangerShare
            self.candidates = candidates
            self.denied = denied.isEmpty ? nil : denied
            self.warnings = warnings.isEmpty ? nil : warnings
        }
    }

    package struct Photograph: Codable, Sendable, Equatable {
        package var input: String
        package var faces: [Face]
        /// Whom more than one face was taken for, by name: a montage, a mirror, or a mistake. Absent where nobody was.
        package var repeated: [String]?
        /// Name of the output with boxes and names.
        package var annotated: String?
        /// Name of the output that says, line by line, whom the numbers on ``annotated`` stand for, where a name has letters that
        /// are not drawn; absent where every name is written on it.
        package var names: String?

        package init(input: String, faces: [Face], annotated: String? = nil) {
            self.input = input
            self.faces = faces
            let people = faces.compactMap(\.person)
            let repeated = Set(people.filter { name in people.count { $0 == name } > 1 }).sorted()
            self.repeated = repeated.isEmpty ? nil : repeated
            self.annotated = annotated
        }
    }

    /// How many people and templates were compared with.
    package var people: Int
    package var templates: Int
    /// What the threshold was chosen for; absent where it was given.
    package var promise: ThresholdPromise?
    package var pictures: [Photograph]

    package init(people: Int, templates: Int, promise: ThresholdPromise? = nil, pictures: [Photograph]) {
        self.people = people
        self.templates = templates
        self.promise = promise
        self.pictures = pictures
    }
}

/// A job of kind `stylize`.
package struct StylizationResult: Codable, Sendable, Equatable {
    package struct Painting: Codable, Sendable, Equatable {
        package var input: String
        /// Name of the output picture.
        package var output: String
        package var width: Int
        package var height: Int
        /// Iterations that were made; 0 for a one-pass network.
        package var iterations: Int
        /// Every `lossInterval` iterations, and the last; empty for a one-pass network.
        package var losses: [StyleLosses]
        /// The iteration whose picture the output is: that of the lowest loss at full size; `nil` for a one-pass network.
        package var delivered: StyleLosses?
        /// How much of the content the network finds again: 1 all, about 0 nothing; `nil` for a one-pass network, and where
        /// the content has no forms.
        package var likeness: Double?
        /// The content's weight, where a painting with that of the options had lost the content; `nil` otherwise.
        package var contentWeight: Double?
        /// The iterations at which Adam took over from L-BFGS, or another painting began; `nil` for none.
        package var fallbacks: [Int]?
        /// What moved the pixels at the full size in the end, where that is not the options' `optimizer`; `nil` otherwise.
        package var optimizer: StyleOptimizer?
        /// `true` where the full size was painted in parts, as it needed more memory than there is whole; else `nil`.
        package var parts: Bool?
        /// Options that were given and that nothing looked at: the job's by key, those of styles as `KEY of STYLE`; `nil` for none.
        package var ignored: [String]?
        /// The iteration of an earlier attempt from which the last one went on.
        package var resumedFrom: Int?
        /// What this picture took, in all attempts of which it is known; `nil` for a film.
        package var seconds: Double?
        /// The long side that was asked for, where it needed more memory than there is.
        package var scaledFrom: Int?
        /// How many regions have styles of their own, by masks or as `clusters` found them; `nil` where there is one alone and nobody
        /// asked for more.
        package var regions: Int?
        /// How far from the first style to the last, 0 to 1; of `blend` only.
        package var blend: Double?
        /// Of a film only.
        package var film: PaintedFilm?

        package init(
            input: String, output: String, width: Int, height: Int, iterations: Int, losses: [StyleLosses],
            delivered: StyleLosses? = nil, likeness: Double? = nil, contentWeight: Double? = nil,
            fallbacks: [Int]? = nil, optimizer: StyleOptimizer? = nil, isInParts: Bool = false, ignored: [String] = [],
            resumedFrom: Int? = nil, seconds: Double? = nil, scaledFrom: Int? = nil, regions: Int? = nil,
            blend: Double? = nil,
            film: PaintedFilm? = nil
        ) {
            self.regions = regions
            self.blend = blend
            self.film = film
            self.input = input
            self.output = output
            self.width = width
            self.height = height
            self.iterations = iterations
            self.losses = losses
            self.delivered = delivered
            self.likeness = likeness
            self.contentWeight = contentWeight
            self.fallbacks = fallbacks
            self.optimizer = optimizer
            parts = isInParts ? true : nil
            self.ignored = ignored.isEmpty ? nil : ignored
            self.resumedFrom = resumedFrom
            self.seconds = seconds.map { ($0 * 1000).rounded() / 1000 }
            self.scaledFrom = scaledFrom
        }
    }

    package var pictures: [Painting]

    package init(pictures: [Painting]) { self.pictures = pictures }
}

/// What a painted film came to.
package struct PaintedFilm: Codable, Sendable, Equatable {
    package var frames: Int
    /// Frames a second, on average: `25` or `30000/1001`.
    package var rate: String
    /// Whether the film's frames are shown for different times.
    package var isUneven: Bool
    /// `true` where the container, `y4m`, cannot tell of different times, so that all are shown for the same; else absent.
    package var timesLost: Bool?
    /// The frames at which another shot begins, from 1; the film's first is none.
    package var cuts: [Int]
    /// Of painting, over all attempts.
    package var secondsPerFrame: Double
    /// Mean squared difference of neighbouring frames where the film shows the same (Lai 2018), of colours in 0…1; absent
    /// where there are none.
    package var warpError: Double?
    /// The frame from which the last attempt went on, from 1; absent where none was painted before.
    package var resumedAt: Int?
    /// How many frames the file says that it has, where fewer could be read or were painted.
    package var announced: Int?
    /// How many frames are as the work on them began, since their paintings came to nothing; absent where there are none.
    package var ruined: Int?
    /// What is wrong with the film, which was painted as far as it could be read: what ffmpeg said, or where it breaks off.
    package var damage: String?
    /// Absent of frames that were painted in one pass.
    package var losses: FilmLosses?
    /// `true` of a film whose job was cancelled before all of it was painted; else absent.
    package var partial: Bool?
    /// Why the output lacks sound that the film has.
    package var soundLost: String?
    /// Name of the output that shows one frame.
    package var poster: String?

    package init(
        frames: Int, rate: String, isUneven: Bool, timesLost: Bool? = nil, cuts: [Int], secondsPerFrame: Double,
        warpError: Double?, resumedAt: Int? = nil, announced: Int? = nil, losses: FilmLosses? = nil,
        partial: Bool? = nil,
        ruined: Int? = nil, damage: String? = nil, soundLost: String? = nil,
        poster: String?
    ) {
        self.announced = announced
        self.losses = losses
        self.partial = partial
        self.ruined = ruined
        self.damage = damage
        self.soundLost = soundLost
        self.frames = frames
        self.rate = rate
        self.isUneven = isUneven
        self.timesLost = timesLost
        self.cuts = cuts
        self.secondsPerFrame = secondsPerFrame
        self.warpError = warpError
        self.resumedAt = resumedAt
        self.poster = poster
    }

    /// How much of the film there is and what it lacks, in words.
    package var summary: String { ([extent] + lacks).joined(separator: ", ") }

    /// How much of the film there is, in words: `12 of 75 frames`, of one that has fewer than it says
    /// `7 frames where the file speaks of 12`.
    package var extent: String {
        if partial == true, let announced { return "\(frames) of \(Phrases.count(announced, "frame"))" }
        return Phrases.count(frames, "frame")
            + (announced.map { " where the file speaks of \($0)" } ?? "")
    }

    /// What the output lacks of the film, a clause each.
    package var lacks: [String] {
        (timesLost == true ? ["all shown for the same time, as y4m has it"] : [])
            + (ruined.map { ["\($0) of them left as begun, since the painting came to nothing"] } ?? [])
            + (soundLost.map { ["without the sound (\($0))"] } ?? [])
            + (damage.map { ["of a damaged film (\($0))"] } ?? [])
    }
}

/// What the frames of a film that were optimised were delivered with, on average, weights applied: `total` is the sum of the others.
package struct FilmLosses: Codable, Sendable, Equatable {
    /// How many frames these are the means of.
    package var frames: Int
    package var total: Double
    package var content: Double
    package var style: Double
    package var tv: Double
    /// How far frames are from earlier ones where these show the same; 0 of the first of a shot.
    package var temporal: Double
    /// As in ``StyleLosses``.
    package var matting: Double?
    package var lines: Double?
    package var histogram: Double?
    package var styleLosses: [StyleLoss: Double]?

    package init(
        frames: Int, total: Double, content: Double, style: Double, tv: Double, temporal: Double,
        matting: Double? = nil, lines: Double? = nil, histogram: Double? = nil, styleLosses: [StyleLoss: Double]? = nil
    ) {
        self.frames = frames
        self.total = total
        self.content = content
        self.style = style
        self.tv = tv
        self.temporal = temporal
        self.matting = matting
        self.lines = lines
        self.histogram = histogram
        self.styleLosses = styleLosses
    }

    /// The means of these frames and of others that have the same terms.
    package func joined(by other: Self) -> Self {
        let share = Double(other.frames) / Double(frames + other.frames)
        func mean(_ own: Double, _ others: Double) -> Double { own + share * (others - own) }
        func mean(_ own: Double?, _ others: Double?) -> Double? {
            own.flatMap { own in others.map { mean(own, $0) } }
        }
        return Self(
            frames: frames + other.frames, total: mean(total, other.total), content: mean(content, other.content),
            style: mean(style, other.style), tv: mean(tv, other.tv), temporal: mean(temporal, other.temporal),
            matting: mean(matting, other.matting), lines: mean(lines, other.lines),
            histogram: mean(histogram, other.histogram),
            styleLosses: styleLosses.flatMap { own in
                other.styleLosses.map { own.merging($0) { mean($0, $1) } }
            })
    }
}

/// The losses of one iteration, weights applied: `total` is the sum of the others.
package struct StyleLosses: Codable, Sendable, Equatable {
    package var iteration: Int
    package var total: Double
    package var content: Double
    package var style: Double
    package var tv: Double
    /// Long side, in pixels, of the picture worked on then: losses of two sizes do not compare. `nil` in reports of older versions.
    package var size: Int?
    /// How far the picture is from the photograph in another light; `nil` where that has no weight.
    package var matting: Double?
    /// How far the picture's lines are from the content's; `nil` where that has no weight.
    package var lines: Double?
    /// How far the histograms of the picture's features are from the styles'; `nil` where that has no weight.
    package var histogram: Double?
    /// What each of several losses has of `style`; `nil` of one.
    package var styleLosses: [StyleLoss: Double]?

    package init(
        iteration: Int, total: Double, content: Double, style: Double, tv: Double, size: Int? = nil,
        matting: Double? = nil, lines: Double? = nil, histogram: Double? = nil, styleLosses: [StyleLoss: Double]? = nil
    ) {
        self.iteration = iteration
        self.total = total
        self.content = content
        self.style = style
        self.tv = tv
        self.size = size
        self.matting = matting
        self.lines = lines
        self.histogram = histogram
        self.styleLosses = styleLosses
    }
}
