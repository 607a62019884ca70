import Foundation

/// The kernel's bounds on inotify, and how much of them is used.
enum InotifyLimits {
    /// `nil` where `/proc/sys` is hidden, as from a service with `ProcSubset=pid`.
    static var maxUserWatches: Int? { number("max_user_watches") }

    /// As ``maxUserWatches``.
    static var maxUserInstances: Int? { number("max_user_instances") }

    private static func number(_ name: String) -> Int? {
        guard let text = try? String(contentsOfFile: "/proc/sys/fs/inotify/\(name)", encoding: .ascii) else {
            return nil
        }
        return Int(text.filter(\.isNumber))
    }

    /// Watches of every process that this one may look into; each is a line `inotify wd:…` of proc(5)'s `fdinfo`.
    static func watchesInUse() -> Int {
        var count = 0
        let files = FileManager.default
        for process in (try? files.contentsOfDirectory(atPath: "/proc")) ?? [] where process.allSatisfy(\.isNumber) {
            let folder = "/proc/\(process)/fd"
            for descriptor in (try? files.contentsOfDirectory(atPath: folder)) ?? [] {
                guard (try? files.destinationOfSymbolicLink(atPath: "\(folder)/\(descriptor)")) == "anon_inode:inotify",
                    let text = try? String(contentsOfFile: "/proc/\(process)/fdinfo/\(descriptor)", encoding: .ascii)
                else { continue }
                count += text.split(separator: "\n").count { $0.hasPrefix("inotify wd:") }
            }
        }
        return count
    }
}
