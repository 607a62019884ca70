/// Merges the sources of settings: built-in values, the YAML file over them, the environment over it, flags over all.
package struct SettingsResolver: Sendable {
    /// The text of a settings file.
    package struct File: Sendable {
        package var path: String
        package var text: String

        package init(path: String, text: String) {
            self.path = path
            self.text = text
        }
    }

    /// A value from the command line.
    package struct Flag: Sendable {
        /// As the user typed it: `--root`, or `--set`.
        package var name: String
        package var key: String
        package var value: String

        package init(name: String, key: String, value: String) {
            self.name = name
            self.key = key
            self.value = value
        }

        /// Reads `key=value`; `nil` without an equals sign.
        package init?(assignment: String) {
            guard let equals = assignment.firstIndex(of: "=") else { return nil }
            name = "--set"
            key = String(assignment[..<equals])
            value = String(assignment[assignment.index(after: equals)...])
        }
    }

    /// Variables of this project that are not settings.
    package static let otherVariables: Set<String> = ["LIMNER_CONFIG", "LIMNER_SAMPLES"]

    package private(set) var settings = Settings()
    package private(set) var origins: [String: SettingOrigin] = [:]
    private var mistakes: [SettingsMistake] = []

    /// - Throws: ``SettingsError`` with every mistake of every source.
    package static func resolve(
        file: File?, environment: [String: String], flags: [Flag]
    ) throws(SettingsError) -> SettingsResolver {
        var resolver = SettingsResolver()
        resolver.settings.models.path = defaultModelsPath(environment: environment)
        if let file { resolver.read(file) }
        resolver.read(environment)
        for flag in flags { resolver.set(flag.key, flag.value, from: .flag(name: flag.name)) }
        guard resolver.mistakes.isEmpty else { throw SettingsError(mistakes: resolver.mistakes) }
        return resolver
    }

    /// The setting that ``ActivatedModels`` says, unless another source does.
    package static let activated = "faces.embedder"

    /// Takes what somebody activated for built in.
    package mutating func follow(_ activated: ActivatedModels, at path: String) {
        guard let model = activated.inUse, origins[Self.activated] == nil else { return }
        settings.faces.embedder = model
        origins[Self.activated] = .activation(path: path)
    }

    /// What is in force and where it came from, as `limner config` prints it.
    package var answer: ConfigAnswer {
        ConfigAnswer(
            entries: SettingsCatalogue.keys.map { key in
                .init(
                    key: key.name, value: key.text(in: settings), origin: (origins[key.name] ?? .builtIn).description)
            })
    }

    /// Where `deploy/fetch-models` puts the models of one user; the XDG base directory specification names the folder.
    static func defaultModelsPath(environment: [String: String]) -> String {
        if let cache = environment["XDG_CACHE_HOME"], cache.hasPrefix("/") { return cache + "/limner/models" }
        if let home = environment["HOME"], home.hasPrefix("/") {
            return RootFolders(root: home).root + "/.cache/limner/models"
        }
        return Settings().folders.state + "/models"
    }

    private mutating func read(_ file: File) {
        let content = SettingsFile(text: file.text, path: file.path)
        mistakes += content.mistakes
        var seen: Set<String> = []
        for entry in content.entries {
            let origin = SettingOrigin.file(path: file.path, line: entry.line)
            if seen.insert(entry.key).inserted {
                set(entry.key, entry.value, from: origin)
            } else {
                mistakes.append(SettingsMistake(.duplicateKey(entry.key), at: origin))
            }
        }
    }

    /// An unknown `LIMNER_…` variable is a mistake when it is a slip away from a known one; others belong to scripts around us.
    private mutating func read(_ environment: [String: String]) {
        let names = SettingsCatalogue.keys.map(\.environmentName)
        for key in SettingsCatalogue.keys {
            if let value = environment[key.environmentName] {
                set(key.name, value, from: .environment(name: key.environmentName))
            }
        }
        let others = environment.keys.filter {
            $0.hasPrefix("LIMNER_") && !names.contains($0) && !Self.otherVariables.contains($0)
        }
        for name in others.sorted() {
            guard let nearest = names.first(where: { NearestName.distance(name, $0) <= 2 }) else { continue }
            mistakes.append(SettingsMistake(.unknownKey(name, nearest: nearest), at: .environment(name: name)))
        }
    }

    /// - Parameter value: nil leaves the setting, or all of a section, as it is.
    private mutating func set(_ name: String, _ value: String?, from origin: SettingOrigin) {
        guard let key = SettingsCatalogue.key(named: name) else {
            if let section = SettingsCatalogue.sections[name] {
                if value != nil { mistakes.append(SettingsMistake(.section(name, settings: section), at: origin)) }
                return
            }
            let known = SettingsCatalogue.keys.map(\.name) + SettingsCatalogue.sections.keys.sorted()
            let nearest = NearestName.of(name, among: known)
            mistakes.append(SettingsMistake(.unknownKey(name, nearest: nearest), at: origin))
            return
        }
        guard let value else { return }
        do throws(SettingKey.Refusal) {
            try key.set(value, in: &settings)
            origins[name] = origin
        } catch {
            let problem = SettingsMistake.Problem.refused(
                key: name, value: value, expected: error.expected, nearest: error.nearest)
            mistakes.append(SettingsMistake(problem, at: origin))
        }
    }
}

/// `GET /v1/config`: what is in force.
package struct ConfigAnswer: Codable, Sendable, Equatable {
    package struct Entry: Codable, Sendable, Equatable {
        package var key: String
        package var value: String
        /// `default`, `limner.yaml:12`, `environment LIMNER_…` or `--flag`.
        package var origin: String
    }

    package var entries: [Entry]
}
