import Parsing

/// What is asked of a worker process, one frame each on its standard input. Every request carries a token, and every answer repeats it.
///
/// As JSON: `{"job": {"_0": {…}}}`.
package enum WorkerRequest: Codable, Sendable, Equatable {
    /// Asks what a job comes to; nothing is decoded, computed or written.
    case plan(WorkerJob)
    case job(WorkerJob)
    /// Keeps what the job that runs under the token has done so far, and lets it go on; not answered. Read at any time; it
    /// means nothing to a job that has ended or that keeps nothing.
    case checkpoint(WorkerToken)
    /// Keeps what the job that runs under the token has done so far, and ends it as soon as it can; answered by ``WorkerMessage/stopped(_:)``. Read at any
    /// time; it means nothing to a job that has ended.
    case stop(WorkerToken)
    /// Ends the job that runs under the token as soon as it can with what it has done so far, which becomes its result; answered by
    /// ``WorkerMessage/finished(_:)``, or by ``WorkerMessage/stopped(_:)`` where nothing is done yet. Read at any time; it means
    /// something to a job whose ``WorkerPlan/keepsPartial`` only.
    case conclude(WorkerToken)
    case compare(CompareRequest)
    case faces(FacesRequest)
    case models(ModelsRequest)
    case evaluate(EvaluateRequest)
    case styles(StylesRequest)
    case sheet(SheetRequest)
    case film(FilmRequest)
    case photograph(PhotographRequest)

    package var token: WorkerToken {
        switch self {
        case .plan(let body), .job(let body): body.token
        case .checkpoint(let token), .stop(let token), .conclude(let token): token
        case .compare(let body): body.token
        case .faces(let body): body.token
        case .models(let body): body.token
        case .evaluate(let body): body.token
        case .styles(let body): body.token
        case .sheet(let body): body.token
        case .film(let body): body.token
        case .photograph(let body): body.token
        }
    }
}

/// The fencing token of an attempt: a result is accepted only with the job's current one.
package struct WorkerToken: Codable, Sendable, Hashable, CustomStringConvertible {
    package var number: Int64

    package init(_ number: Int64) { self.number = number }

    package init(from decoder: any Decoder) throws {
        number = try decoder.singleValueContainer().decode(Int64.self)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(number)
    }

    package var description: String { String(number) }
}

/// One attempt at a job.
package struct WorkerJob: Codable, Sendable, Equatable {
    package var id: JobIdentifier
    package var token: WorkerToken
    /// 1 for the first.
    package var attempt: Int
    package var task: JobTask
    package var inputs: [InputPicture]
    /// Absolute path of an existing, empty folder for the outputs.
    package var outputFolder: String
    package var limits: PictureLimits
    /// How many of the worker's threads it may use; `nil` for all.
    package var threads: Int?
    /// Bytes that the worker is to make do with, by a smaller output where it can; `nil` to do what was asked for.
    package var fitting: Int64?
    /// Where half-done work is kept, for a kind that can go on with it; `nil` for nowhere.
    package var checkpoints: CheckpointPlace?

    package init(
        id: JobIdentifier, token: WorkerToken, attempt: Int, task: JobTask, inputs: [InputPicture],
        outputFolder: String, limits: PictureLimits, threads: Int? = nil, fitting: Int64? = nil,
        checkpoints: CheckpointPlace? = nil
    ) {
        self.id = id
        self.token = token
        self.attempt = attempt
        self.task = task
        self.inputs = inputs
        self.outputFolder = outputFolder
        self.limits = limits
        self.threads = threads
        self.fitting = fitting
        self.checkpoints = checkpoints
    }
}

/// A job's folder of half-done work, which outlives its attempts.
package struct CheckpointPlace: Codable, Sendable, Equatable {
    /// Absolute path; made by the worker that has something to keep. Its parent exists.
    package var folder: String
    /// Seconds of work that may be lost; 0 to keep it only when the job is asked to stop, and where learning a style asks for it.
    package var interval: Double

    package init(folder: String, interval: Double) {
        self.folder = folder
        self.interval = interval
    }
}

/// Compares the one face of each of two pictures.
package struct CompareRequest: Codable, Sendable, Equatable {
    package var token: WorkerToken
    /// Absolute paths.
    package var first: String
    package var second: String
    /// The least cosine of a match, where one was given.
    package var threshold: Double?
    /// Faces of less quality match nobody without review.
    package var minimumQuality: Double
    package var detectionScore: Double
    package var limits: PictureLimits

    package init(
        token: WorkerToken, first: String, second: String, threshold: Double?, minimumQuality: Double,
        detectionScore: Double, limits: PictureLimits
    ) {
        self.token = token
        self.first = first
        self.second = second
        self.threshold = threshold
        self.minimumQuality = minimumQuality
        self.detectionScore = detectionScore
        self.limits = limits
    }
}

/// Finds the faces of files; answered by one ``WorkerMessage/faces(_:)`` a file, in their order, then ``WorkerMessage/completed(_:)``.
package struct FacesRequest: Codable, Sendable, Equatable {
    package var token: WorkerToken
    /// Absolute paths.
    package var files: [String]
    /// Whether each face's template is computed.
    package var templates: Bool
    package var detectionScore: Double
    package var limits: PictureLimits

    package init(token: WorkerToken, files: [String], templates: Bool, detectionScore: Double, limits: PictureLimits) {
        self.token = token
        self.files = files
        self.templates = templates
        self.detectionScore = detectionScore
        self.limits = limits
    }
}

/// Measures how well the model in use tells people apart; answered by ``WorkerMessage/evaluated(_:)``, with progress before.
package struct EvaluateRequest: Codable, Sendable, Equatable {
    package struct Person: Codable, Sendable, Equatable {
        /// The person's folder, below the request's.
        package var name: String
        /// Files of that folder.
        package var pictures: [String]

        package init(name: String, pictures: [String]) {
            self.name = name
            self.pictures = pictures
        }
    }

    package var token: WorkerToken
    /// Absolute path of the folder of people.
    package var folder: String
    package var people: [Person]
    /// Pixels a side that faces are reduced to before they are compared; absent for all there are.
    package var resolution: Int?
    /// The least cosine of a match, where one was given.
    package var threshold: Double?
    package var detectionScore: Double
    package var limits: PictureLimits
    /// The forms in which the page is drawn.
    package var pages: [EvaluationPageFormat]

    package init(
        token: WorkerToken, folder: String, people: [Person], resolution: Int? = nil, threshold: Double? = nil,
        detectionScore: Double, limits: PictureLimits, pages: [EvaluationPageFormat] = []
    ) {
        self.token = token
        self.folder = folder
        self.people = people
        self.resolution = resolution
        self.threshold = threshold
        self.detectionScore = detectionScore
        self.limits = limits
        self.pages = pages
    }
}

/// What the page of an evaluation can be; the raw value ends the file's name.
package enum EvaluationPageFormat: String, Codable, Sendable, CaseIterable {
    case svg, png
}

/// Asks about the model store.
package struct ModelsRequest: Codable, Sendable, Equatable {
    package enum Action: String, Codable, Sendable, CaseIterable {
        case list
        /// Hashes every file anew.
        case verify
        /// Converts ``ModelsRequest/path`` into the store.
        case `import`
        /// Converts ``ModelsRequest/path``, a network that paints in one pass, into the style ``ModelsRequest/style``.
        case importStyle = "import-style"
        /// Puts a known chip through the face network: one entry, `corrupt` when the template is not the known one.
        case golden
    }

    package var token: WorkerToken
    package var action: Action
    /// Absolute path of the file to import.
    package var path: String?
    package var style: NewStyle?

    /// A style that is to be written.
    package struct NewStyle: Codable, Sendable, Equatable {
        package var name: String
        /// Absolute path of an existing, empty folder for its files.
        package var folder: String
        /// What white is in what the network takes; found out where it is not said.
        package var white: White?

        package init(name: String, folder: String, white: White? = nil) {
            self.name = name
            self.folder = folder
            self.white = white
        }

        /// What white is in what a network of pictures takes; black is 0.
        package enum White: Int, Codable, Sendable, CaseIterable {
            case unit = 1
            case byte = 255
        }
    }

    package init(token: WorkerToken, action: Action, path: String? = nil, style: NewStyle? = nil) {
        self.token = token
        self.action = action
        self.path = path
        self.style = style
    }
}
