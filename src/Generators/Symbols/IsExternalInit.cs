using System.ComponentModel;

namespace System.Runtime.CompilerServices;

// Records need it, and netstandard2.0, which compilers load generators for, does not have it.
[EditorBrowsable(EditorBrowsableState.Never)]
internal static class IsExternalInit;
