import CLinux
import Glibc

extension Folder {
    /// Whether somebody has a file open for writing, or mapped, so that it is not at rest whatever its times say.
    ///
    /// - Returns: `nil` where the kernel does not tell: of another user's file, on file systems without leases, and of what
    ///   is no regular file or is gone. The stability delay is all there is then.
    func hasWriter(_ name: FileName) -> Bool? {
        guard let file = try? open(name), (try? file.facts().kind) == .regular else { return nil }
        let answer = limner_file_has_writer(file.descriptor)
        return answer < 0 ? nil : answer == 1
    }
}
