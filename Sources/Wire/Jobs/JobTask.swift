/// What a job is asked to do, with the options of its kind.
///
/// As JSON: `{"kind": "verify", "options": {"person": "ada"}}`; manifests and reports carry the same two keys.
package enum JobTask: Codable, Sendable, Equatable {
    case enroll(Enrollment)
    case verify(Verification)
    case identify(Identification)
    case stylize(Stylization)

    package var kind: JobKind {
        switch self {
        case .enroll: .enroll
        case .verify: .verify
        case .identify: .identify
        case .stylize: .stylize
        }
    }

    package enum CodingKeys: String, CodingKey {
        case kind, options
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        switch try container.decode(JobKind.self, forKey: .kind) {
        case .enroll: self = .enroll(try container.decode(Enrollment.self, forKey: .options))
        case .verify: self = .verify(try container.decode(Verification.self, forKey: .options))
        case .identify: self = .identify(try container.decode(Identification.self, forKey: .options))
        case .stylize: self = .stylize(try container.decode(Stylization.self, forKey: .options))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(kind, forKey: .kind)
        switch self {
        case .enroll(let options): try container.encode(options, forKey: .options)
        case .verify(let options): try container.encode(options, forKey: .options)
        case .identify(let options): try container.encode(options, forKey: .options)
        case .stylize(let options): try container.encode(options, forKey: .options)
        }
    }
}
