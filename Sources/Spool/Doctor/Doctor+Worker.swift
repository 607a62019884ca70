import Foundation
import Wire

extension Doctor {
    /// Longest talk with the worker; hashing a gigabyte of models from a slow disk takes most of it.
    private static let patience = Duration.seconds(300)

    private struct Told: Sendable {
        var facts: WorkerFacts?
        var models: WorkerMessage
        var golden: WorkerMessage
    }

    /// Starts a worker the way the daemon does, and asks it for its models and the golden embedding.
    func worker() async -> [DoctorAnswer.Finding] {
        let limit = Self.patience
        do {
            let run = try await Task.within(limit) { [command] in
                try await WorkerProcess.run(command) { conversation in
                    Told(
                        facts: await conversation.facts,
                        models: try await conversation.ask(
                            .models(ModelsRequest(token: WorkerToken(1), action: .verify))),
                        golden: try await conversation.ask(
                            .models(ModelsRequest(token: WorkerToken(2), action: .golden))))
                }
            }
            guard let run else {
                return [failure("the worker did not answer within \(DurationText.text(of: limit)) and was ended")]
            }
            let told = try run.outcome.get()
            let facts = told.facts
            var findings = [DoctorAnswer.Finding]()
            findings.append(
                .passed(.worker, "limner-worker \(facts?.version ?? "") started with \(facts?.threads ?? 0) threads"))
            findings.append(Self.judge(confinement: facts?.confinement ?? WorkerConfinement(gaps: ["it does not say"])))
            findings.append(
                Self.judge(
                    core: facts?.openblasCore ?? "unknown", better: facts?.betterCore,
                    forced: settings.engine.openblasCoreType))
            let store = settings.models.path
            findings.append(Self.judge(models: told.models, in: store))
            if let finding = Self.judge(embedder: settings.faces.embedder, among: told.models, in: store) {
                findings.append(finding)
            }
            findings.append(Self.judge(golden: told.golden))
            return findings
        } catch {
            return [failure("\(error)")]
        }
    }

    private func failure(_ message: String) -> DoctorAnswer.Finding {
        DoctorAnswer.Finding(
            .worker, .failed, message,
            advice: "Install limnerd and limner-worker together; then see what limner models verify --verbose says.")
    }

    static func judge(confinement: WorkerConfinement) -> DoctorAnswer.Finding {
        guard confinement.gaps.isEmpty else {
            return DoctorAnswer.Finding(
                .sandbox, .warning,
                "a worker is not confined as it should be: \(confinement.gaps.joined(separator: "; "))",
                advice:
                    "Run a kernel with Landlock (5.13 or later, landlock among its lsm=); let the service use the calls of @sandbox. Until then only the service's own limits hold."
            )
        }
        return .passed(
            .sandbox,
            "a worker reads models, styles and its jobs' pictures, writes to its own folders, and has no sockets (Landlock \(confinement.landlock), seccomp)"
        )
    }

    /// - Parameters:
    ///   - core: the kernels in use, by OpenBLAS's own name.
    ///   - better: those that would suit the processor where these do not.
    ///   - forced: `engine.openblasCoreType`.
    static func judge(core: String, better: String?, forced: String) -> DoctorAnswer.Finding {
        if let better {
            let isInVain = forced.isEmpty || forced.lowercased() == better.lowercased()
            return DoctorAnswer.Finding(
                .openblas, .warning, "OpenBLAS uses its kernels for \(core), though the processor has AVX2",
                advice: isInVain
                    ? "Install an OpenBLAS that was built with DYNAMIC_ARCH=1, as the distribution's is; this one has no kernels for \(better)."
                    : "Leave engine.openblasCoreType out, which says \(forced): then the next worker takes those for \(better)."
            )
        }
        return .passed(
            .openblas,
            forced.isEmpty
                ? "OpenBLAS uses its kernels for \(core)"
                : "OpenBLAS uses its kernels for \(core); engine.openblasCoreType says \(forced)")
    }

    static func judge(models message: WorkerMessage, in store: String) -> DoctorAnswer.Finding {
        guard case .models(let answer) = message else { return unexpected(.models, message) }
        let bad = answer.models.filter { $0.state != .present }
        guard bad.isEmpty else {
            let list = bad.map { "\($0.id) is \($0.state.rawValue)" }.joined(separator: ", ")
            return DoctorAnswer.Finding(.models, .failed, "in \(store): \(list)", advice: advice(Set(bad.map(\.state))))
        }
        return .passed(.models, "\(answer.models.count) models verified by their SHA-256")
    }

    /// What to do about models of these states.
    private static func advice(_ states: Set<ModelsAnswer.Entry.State>) -> String {
        if states == [.unreadable] { return ErrorCode.modelUnreadable.hint }
        let fetching =
            "Remove what is corrupt (limner models verify names it), then run limner-fetch-models (from the source: deploy/fetch-models)."
        return states.contains(.unreadable)
            ? "\(fetching) Of what is unreadable: \(ErrorCode.modelUnreadable.hint)" : fetching
    }

    /// Of a model that the settings name and the store does not hold; nil otherwise.
    static func judge(
        embedder: String, among message: WorkerMessage, in store: String
    ) -> DoctorAnswer.Finding? {
        guard case .models(let answer) = message, embedder != Settings().faces.embedder,
            !answer.models.contains(where: { $0.id == embedder })
        else { return nil }
        return DoctorAnswer.Finding(
            .models, .failed, "faces.embedder is \(embedder), which is not in \(store)",
            advice: "Import it with limner models import, or name another that limner models list shows.")
    }

    static func judge(golden message: WorkerMessage) -> DoctorAnswer.Finding {
        guard case .models(let answer) = message, let entry = answer.models.first else {
            return unexpected(.golden, message)
        }
        guard entry.state == .present else {
            return DoctorAnswer.Finding(
                .golden, .failed, "\(entry.id): \(entry.problem ?? entry.state.rawValue)",
                advice: "Templates made here are worthless. Report it with the output of limner doctor --json.")
        }
        return .passed(.golden, "\(entry.id) gives a known chip the template that it must have")
    }

    private static func unexpected(_ check: DoctorAnswer.Check, _ message: WorkerMessage) -> DoctorAnswer.Finding {
        if case .failed(let failure) = message {
            return DoctorAnswer.Finding(
                check, .failed, "\(failure.error.code.rawValue): \(failure.error.message)", advice: failure.error.hint)
        }
        return DoctorAnswer.Finding(
            check, .failed, "the worker answered something else", advice: "Install limnerd and limner-worker together.")
    }
}
