; Inno Setup 6.3 or newer: iscc /DVersion=0.1.0 /DFrozen=..\..\build\frozen\phototagger /DIcons=..\..\build\icons packaging\windows\phototagger.iss
; Installs for one person, without administrator's rights. Untested so far; see README.
#ifndef Version
  #error Give the version: /DVersion=...
#endif
#ifndef Frozen
  #define Frozen "..\..\build\frozen\phototagger"
#endif
#ifndef Icons
  #define Icons "..\..\build\icons"
#endif

[Setup]
AppId={{6E0F4B0C-6B0B-4C55-9B63-2B7E4B6F2A11}
AppName=phototagger
AppVersion={#Version}
AppPublisher=The phototagger developers
DefaultDirName={autopf}\phototagger
DefaultGroupName=phototagger
DisableProgramGroupPage=yes
PrivilegesRequired=lowest
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
MinVersion=10.0
LicenseFile=..\..\LICENSE
SetupIconFile={#Icons}\phototagger.ico
UninstallDisplayIcon={app}\phototagger-window.exe
OutputBaseFilename=phototagger-{#Version}-windows-x64
Compression=lzma2/max
SolidCompression=yes
ChangesAssociations=yes
WizardStyle=modern

[Languages]
Name: "english"; MessagesFile: "compiler:Default.isl"
Name: "german"; MessagesFile: "compiler:Languages\German.isl"
Name: "french"; MessagesFile: "compiler:Languages\French.isl"
Name: "spanish"; MessagesFile: "compiler:Languages\Spanish.isl"

[CustomMessages]
english.OpenWith=Open with phototagger
german.OpenWith=Mit phototagger öffnen
french.OpenWith=Ouvrir avec phototagger
spanish.OpenWith=Abrir con phototagger
english.Forget=Delete the catalog, settings and cache of phototagger too? Photos and the keywords in them stay in any case.
german.Forget=Auch Katalog, Einstellungen und Zwischenspeicher von phototagger löschen? Fotos und ihre Stichwörter bleiben in jedem Fall.
french.Forget=Supprimer aussi le catalogue, les réglages et le cache de phototagger ? Les photos et leurs mots-clés restent en tout cas.
spanish.Forget=¿Borrar también el catálogo, los ajustes y la caché de phototagger? Las fotos y sus palabras clave se conservan siempre.

[Tasks]
Name: "desktopicon"; Description: "{cm:CreateDesktopIcon}"; Flags: unchecked
Name: "sendto"; Description: "Send to"
Name: "explorer"; Description: "Explorer: {cm:OpenWith}"

[Files]
Source: "{#Frozen}\*"; DestDir: "{app}"; Flags: ignoreversion recursesubdirs createallsubdirs

[Icons]
Name: "{group}\phototagger"; Filename: "{app}\phototagger-window.exe"; AppUserModelID: "org.phototagger.phototagger"
Name: "{autodesktop}\phototagger"; Filename: "{app}\phototagger-window.exe"; Tasks: desktopicon
Name: "{usersendto}\phototagger"; Filename: "{app}\phototagger-window.exe"; Tasks: sendto

[Registry]
Root: HKA; Subkey: "Software\Classes\Directory\shell\phototagger"; ValueType: string; ValueData: "{cm:OpenWith}"; Flags: uninsdeletekey; Tasks: explorer
Root: HKA; Subkey: "Software\Classes\Directory\shell\phototagger"; ValueType: string; ValueName: "Icon"; ValueData: "{app}\phototagger-window.exe"; Tasks: explorer
Root: HKA; Subkey: "Software\Classes\Directory\shell\phototagger\command"; ValueType: string; ValueData: """{app}\phototagger-window.exe"" ""%1"""; Tasks: explorer
Root: HKA; Subkey: "Software\Classes\Applications\phototagger-window.exe\shell\open\command"; ValueType: string; ValueData: """{app}\phototagger-window.exe"" ""%1"""; Flags: uninsdeletekey
Root: HKA; Subkey: "Software\Classes\Applications\phototagger-window.exe\SupportedTypes"; ValueType: string; ValueName: ".jpg"; ValueData: ""
Root: HKA; Subkey: "Software\Classes\Applications\phototagger-window.exe\SupportedTypes"; ValueType: string; ValueName: ".jpeg"; ValueData: ""
Root: HKA; Subkey: "Software\Classes\Applications\phototagger-window.exe\SupportedTypes"; ValueType: string; ValueName: ".png"; ValueData: ""
Root: HKA; Subkey: "Software\Classes\Applications\phototagger-window.exe\SupportedTypes"; ValueType: string; ValueName: ".heic"; ValueData: ""

[Run]
Filename: "{app}\phototagger-window.exe"; Description: "{cm:LaunchProgram,phototagger}"; Flags: nowait postinstall skipifsilent

[Code]
procedure CurUninstallStepChanged(Step: TUninstallStep);
var
  Status: Integer;
begin
  // The program itself knows what is its own and what is a photo. The safe answer is the default.
  if (Step = usUninstall) and not UninstallSilent then
    if MsgBox(CustomMessage('Forget'), mbConfirmation, MB_YESNO or MB_DEFBUTTON2) = IDYES then
      Exec(ExpandConstant('{app}\phototagger.exe'), 'uninstall-data --yes', '', SW_HIDE, ewWaitUntilTerminated, Status);
end;
