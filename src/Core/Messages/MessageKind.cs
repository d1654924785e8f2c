namespace Portolan.Core.Messages;

/// <summary>What a message is, and so who gets it.</summary>
public enum MessageKind
{
    /// <summary>Something happened: every service that subscribes gets a copy.</summary>
    Event,

    /// <summary>Somebody is asked to do something: exactly one service gets it.</summary>
    Command,
}
