import ArgumentParser
import Spool
import Wire

/// Which studio a command is about.
struct StudioOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("The studio's folder (default: LIMNER_ROOT, else /var/lib/limner).", valueName: "dir"),
        completion: .directory)
    var root: String?

    @Option(
        help: ArgumentHelp(
            "The settings file (default: LIMNER_CONFIG, else /etc/limner/limner.yaml).", valueName: "file"),
        completion: .file(extensions: ["yaml", "yml"]))
    var config: String?

    @Option(
        help: ArgumentHelp(
            "The model store (default: LIMNER_MODELS, else limner/models in the cache folder).", valueName: "dir"),
        completion: .directory)
    var models: String?

    @Option(name: .customLong("set"), help: ArgumentHelp("A setting, for this command.", valueName: "key=value"))
    var assignments: [String] = []

    /// Reads the settings.
    ///
    /// - Parameter flags: what these options go over, and what goes over all else.
    /// - Throws: `SettingsError` with every mistake; ``CommandError/usage(_:)`` for a `--set` without `=`.
    func resolve(under flags: [SettingsResolver.Flag] = []) throws -> SettingsResolver {
        var flags = flags
        flags += try assignments.map { text in
            guard let flag = SettingsResolver.Flag(assignment: text) else {
                throw CommandError.usage("--set takes key=value, not \"\(text)\"")
            }
            return flag
        }
        if let root { flags.append(SettingsResolver.Flag(name: "--root", key: "root", folder: root)) }
        if let models { flags.append(SettingsResolver.Flag(name: "--models", key: "models.path", folder: models)) }
        return try SettingsSource(config: config, flags: flags).load()
    }

    func settings(under flags: [SettingsResolver.Flag] = []) throws -> Settings {
        try resolve(under: flags).settings
    }
}
